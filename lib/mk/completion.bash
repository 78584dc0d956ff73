# Completion of pawl for bash, taken from --help, so that the two cannot disagree.
# Source it, or put it into a directory of bash-completion under the name `pawl`.
_pawl() {
	local word=${COMP_WORDS[COMP_CWORD]} tool=${COMP_WORDS[1]-} command=
	COMPREPLY=()
	if [ "$COMP_CWORD" -eq 1 ]; then
		COMPREPLY=($(compgen -W "$(pawl --help 2>/dev/null | sed -n 's/^  \([a-z]*\)$/\1/p')" -- "$word"))
		return
	fi
	local help=$(pawl "$tool" --help 2>/dev/null)
	local commands=$(sed -n '/^Commands:/,/^$/s/^  \([a-z-]*\) .*/\1/p' <<<"$help")
	if [ "$COMP_CWORD" -eq 2 ] && [ -n "$commands" ]; then
		COMPREPLY=($(compgen -W "$commands" -- "$word"))
		return
	fi
	if [ "${word#-}" != "$word" ]; then
		[ -z "$commands" ] || help=$(pawl "$tool" "${COMP_WORDS[2]-}" --help 2>/dev/null)
		COMPREPLY=($(compgen -W "$(grep -oE -- '--[a-z][a-z-]*' <<<"$help" | sort -u)" -- "$word"))
		return
	fi
	COMPREPLY=($(compgen -f -- "$word"))
}
complete -o filenames -F _pawl pawl
