/* scan: looks over a serialized ONNX model before protobuf-c, whose unpacking recurses and
 * allocates by what the bytes claim, is let loose on it.
 * SPDX-License-Identifier: MIT
 */
#ifndef ONNX_SCAN_H
#define ONNX_SCAN_H

#include <stddef.h>

#include "base/err.h"

#define ONNX_NESTING_CAP 24 /* messages in messages; a tensor attribute of a node is the 5th */
#define ONNX_MESSAGES_CAP (1 << 20) /* nodes, tensors, attributes, ... altogether */
#define ONNX_FIELDS_CAP (1 << 23)   /* fields altogether, one per string of a list */

/* Walks the wire format along the descriptors of ONNX IR 8, without recursion. Refused (ERR_DATA,
 * "NAME: ...") are: what is no protobuf, nesting, message or field counts beyond the caps, fields
 * that IR 8 does not know, a text with a NUL inside, and a singular message given twice (which
 * protobuf would merge). */
int onnx_scan(const void *bytes, size_t len, const char *name, struct err *e);

/* The value of a metadata property in a serialized model: a borrowed slice, the last one where
 * there are several; 0, or -1 where there is none or the bytes are no protobuf. */
int onnx_scan_prop(const void *bytes, size_t len, const char *key, const char **value, size_t *n);

#endif
