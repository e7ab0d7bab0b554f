/**
 * What `funbric completion SHELL` prints. Each script hands the words so far to funbric itself, and gets: what kind of words
 * may follow (`words`, `open`: they may go on, `files`), the word as it stands, and one candidate a line, a tab before its
 * description.
 */
import { FunbricError } from '../../model/errors.ts';

const scripts = {
  bash: `# Put this line into ~/.bashrc:  eval "$(funbric completion bash)"
_funbric() {
  local kind='' typed='' isFirst=1 line text strip current="\${COMP_WORDS[COMP_CWORD]}"
  COMPREPLY=()
  # Readline cuts words at = and : and puts candidates behind the cut; an @ stays with what follows it.
  case "$current" in = | : | @) current='' ;; esac
  while IFS= read -r line; do
    if [ -z "$kind" ]; then
      kind=$line
    elif [ -n "$isFirst" ]; then
      isFirst='' typed=$line strip=''
      case "$typed" in *"@$current") current="@$current" ;; esac
      case "$typed" in *"$current") strip="\${typed%"$current"}" ;; esac
    else
      text="\${line%%$'\\t'*}"
      text="\${text#"$strip"}"
      [[ $text =~ ^[A-Za-z0-9_@%+=:,./-]*$ || $current == [\\'\\"]* ]] || printf -v text '%q' "$text"
      COMPREPLY+=("$text")
    fi
  done < <("\${COMP_WORDS[0]}" __complete line "\${COMP_LINE:0:COMP_POINT}" 2>/dev/null)
  case "$kind" in
    open) compopt -o nospace 2>/dev/null ;;
    files) compopt -o default 2>/dev/null ;;
  esac
  return 0
}
complete -F _funbric funbric
`,
  zsh: `#compdef funbric
# Put this line into ~/.zshrc, below compinit:  eval "$(funbric completion zsh)"
_funbric() {
  local -a lines texts shown ending
  local line
  lines=("\${(@f)$("\${words[1]}" __complete words "\${(@Q)words[2,CURRENT-1]}" "\${(Q)PREFIX}" 2>/dev/null)}")
  if [[ $lines[1] == files ]]; then
    _files
    return
  fi
  [[ $lines[1] == open ]] && ending=(-S '')
  for line in "\${(@)lines[3,-1]}"; do
    [[ -n $line ]] || continue
    texts+=("\${line%%$'\\t'*}")
    shown+=("\${line//$'\\t'/  -- }")
  done
  compadd "\${ending[@]}" -l -d shown -a texts
}
compdef _funbric funbric
`,
  fish: `# Save this as ~/.config/fish/completions/funbric.fish
function __funbric_complete
    set -l words (commandline -opc)
    set -l lines ($words[1] __complete words $words[2..-1] (commandline -ct) 2>/dev/null)
    if test "$lines[1]" = files
        __fish_complete_path (commandline -ct)
    else if test (count $lines) -gt 2
        printf '%s\\n' $lines[3..-1]
    end
end
complete -c funbric -f -a '(__funbric_complete)'
`,
} as const;

export function completionScript(shell = ''): string {
  const script = new Map<string, string>(Object.entries(scripts)).get(shell);
  if (script !== undefined) return script;
  const what = shell === '' ? 'completion for which shell?' : `no completion for ${JSON.stringify(shell)}`;
  throw new FunbricError('usage', what, {
    hint: 'write one of: funbric completion bash, funbric completion zsh, funbric completion fish',
  });
}
