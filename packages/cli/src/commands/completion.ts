// batuta completion bash|zsh|fish: a script that asks the program itself, `batuta __complete WORDS…`, so that it knows every command of its
// version and the flows and namespaces of the server. Where no server answers at once, nothing is offered: a shell must not hang.
import type { Command, Option } from 'commander'
import { createClient, type Client } from '@batuta/api'
import { CommandError, EXIT, type ExitCode } from '../exit-code.ts'

const SHELLS = { bash: bashScript, zsh: zshScript, fish: fishScript } as const
const ANSWER_MAX_MS = 1_500
const OFFERED_MAX = 500

export async function completion([shell = '']: readonly string[], program: string): Promise<ExitCode> {
  const script = shell === 'bash' || shell === 'zsh' || shell === 'fish' ? SHELLS[shell] : undefined
  if (script === undefined)
    throw new CommandError(EXIT.usage, `"${shell}" is no shell that is known here: bash, zsh or fish`)
  process.stdout.write(script(program))
  return EXIT.ok
}

export interface CompletionWorld {
  readonly server: string
  readonly tenant: string
  readonly headers: Readonly<Record<string, string>>
}

/** The words that may stand where the last one stands. */
export async function complete(
  program: Command,
  words: readonly string[],
  worldOf: (command: Command) => Promise<CompletionWorld>,
): Promise<readonly string[]> {
  const current = words.at(-1) ?? ''
  const { command, args, pending } = walk(program, words.slice(0, -1))
  if (pending !== undefined) return matching(await valuesOf(pending, command, worldOf), current)
  if (current.startsWith('-'))
    return matching(
      command.options.filter(({ hidden }) => !hidden).flatMap(({ long, short }) => [long, short].filter(isText)),
      current,
    )
  const names =
    args.length > 0
      ? []
      : command
          .createHelp()
          .visibleCommands(command)
          .map(each => each.name())
  const argument = command.registeredArguments[Math.min(args.length, command.registeredArguments.length - 1)]
  const isOpen = argument !== undefined && (argument.variadic || args.length < command.registeredArguments.length)
  const values = isOpen ? await offered(argument.name(), args, async () => connectTo(await worldOf(command))) : []
  return matching([...names, ...values], current)
}

interface Walk {
  readonly command: Command
  readonly args: readonly string[]
  /** An option that wants its value now. */
  readonly pending?: Option
}

function walk(program: Command, words: readonly string[]): Walk {
  let command = program
  let args: readonly string[] = []
  let pending: Option | undefined
  for (const word of words) {
    if (pending !== undefined) {
      pending = undefined
      continue
    }
    if (word.startsWith('-')) {
      const option = command.options.find(({ long, short }) => long === word || short === word)
      pending = option?.required === true ? option : undefined
      continue
    }
    const below = command.commands.find(each => each.name() === word || each.aliases().includes(word))
    if (below !== undefined && args.length === 0) command = below
    else args = [...args, word]
  }
  return { command, args, ...(pending && { pending }) }
}

async function valuesOf(
  { long }: Option,
  command: Command,
  worldOf: (command: Command) => Promise<CompletionWorld>,
): Promise<readonly string[]> {
  if (long === '--output') return ['table', 'json', 'yaml']
  if (long === '--state' || long === '--new-state') return STATES
  if (long === '--level') return ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR']
  if (long === '--namespace') return await offered('namespace', [], async () => connectTo(await worldOf(command)))
  return []
}

const STATES = [
  'CREATED',
  'RUNNING',
  'PAUSED',
  'QUEUED',
  'RETRYING',
  'SUCCESS',
  'WARNING',
  'FAILED',
  'KILLED',
  'CANCELLED',
]

/** What an argument of this name may be. */
async function offered(
  name: string,
  before: readonly string[],
  client: () => Promise<Client>,
): Promise<readonly string[]> {
  const signal = AbortSignal.timeout(ANSWER_MAX_MS)
  try {
    switch (name) {
      case 'namespace':
        return (await (await client()).flows.distinctNamespaces({ query: {}, signal })).slice(0, OFFERED_MAX)
      case 'flow': {
        const { results } = await (await client()).flows.search({ query: { size: OFFERED_MAX, page: 1 }, signal })
        const [namespace] = before
        return results.flatMap(flow => {
          if (namespace === undefined) return [`${flow.namespace}.${flow.id}`]
          return flow.namespace === namespace ? [flow.id] : []
        })
      }
      case 'key': {
        const [namespace = ''] = before
        const entries = await (await client()).keys.listOfNamespace({ params: { namespace }, signal })
        return entries.map(({ key }) => key)
      }
      default:
        return []
    }
  } catch {
    return [] // Nobody answers, or not in time: a completion says nothing.
  }
}

function connectTo({ server, tenant, headers }: CompletionWorld): Client {
  return createClient({ baseUrl: server, transport: globalThis, tenant, headers })
}

function matching(words: readonly string[], current: string): readonly string[] {
  return [...new Set(words)].filter(word => word.startsWith(current))
}

function isText(value: string | undefined): value is string {
  return value !== undefined
}

function bashScript(name: string): string {
  return `# bash completion of ${name}; put this into your ~/.bashrc: source <(${name} completion bash)
_${name}_complete() {
  local IFS=$'\\n'
  COMPREPLY=($(${name} __complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
  if [ \${#COMPREPLY[@]} -eq 0 ]; then COMPREPLY=($(compgen -f -- "\${COMP_WORDS[COMP_CWORD]}")); fi
}
complete -o filenames -F _${name}_complete ${name}
`
}

function zshScript(name: string): string {
  return `#compdef ${name}
# zsh completion of ${name}; put this into your ~/.zshrc: source <(${name} completion zsh)
_${name}() {
  local -a offered
  offered=("\${(@f)$(${name} __complete -- "\${(@)words[2,$CURRENT]}" 2>/dev/null)}")
  offered=(\${offered:#})
  if (( \${#offered} )); then compadd -- "\${offered[@]}"; else _files; fi
}
if [ "\${funcstack[1]}" = "_${name}" ]; then _${name} "$@"; else compdef _${name} ${name}; fi
`
}

function fishScript(name: string): string {
  return `# fish completion of ${name}: ${name} completion fish > ~/.config/fish/completions/${name}.fish
function __${name}_complete
  set -l words (commandline -opc) (commandline -ct)
  ${name} __complete -- $words[2..-1] 2>/dev/null
end
complete -c ${name} -a '(__${name}_complete)'
`
}
