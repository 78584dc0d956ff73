/* proto: the messages of ONNX IR 8 as protobuf-c generates them, for those who read graphs.
 * SPDX-License-Identifier: MIT
 */
#ifndef ONNX_PROTO_H
#define ONNX_PROTO_H

#include "onnx.pb-c.h"

#endif
