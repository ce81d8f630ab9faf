// What all script languages share: a task that takes the text of a script, one that takes commands, and what a language says of itself.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import {
  defineTask,
  findOnPath,
  p,
  quoteForShell,
  renderCommands,
  renderScript,
  runScript,
  SCRIPT_OUTPUTS,
  scriptProperties,
  TaskError,
  writeScriptFile,
} from '@batuta/plugin-sdk'
import type { Session, TaskDefinition } from '@batuta/plugin-sdk'

export interface Language {
  /** As in the names of its types. */
  readonly id: string
  /** As people call it. */
  readonly name: string
  readonly image: string
  /** Of the file that a script is written to. */
  readonly extension: string
  /** Of the editor. */
  readonly editor: string
  /** The program, as the shell finds it, and what stands before the file of the script. */
  readonly program: readonly [string, ...string[]]
  /** Variables that say where it keeps what it has compiled and fetched, by what it is. */
  readonly caches?: Readonly<Record<string, string>>
  /** False where the catalogue does not demand `commands`. */
  readonly isCommandsRequired?: boolean
  /** Whether the catalogue has triggers of it. */
  readonly hasTriggers?: boolean
  /** A script that prints `hello`. */
  readonly hello: string
  /** A script that gives the output `sum`. */
  readonly sum: string
}

/** `io.kestra.plugin.scripts.<id>.Script` and `.Commands`. */
export function defineLanguage(language: Language): {
  readonly commands: TaskDefinition
  readonly script: TaskDefinition
} {
  return { commands: defineCommands(language), script: defineScript(language) }
}

export function scriptsOf<I extends string>(id: I): `io.kestra.plugin.scripts.${I}` {
  return `io.kestra.plugin.scripts.${id}`
}

function defineScript(language: Language): TaskDefinition {
  const { id, name, editor, sum } = language
  const type = `${scriptsOf(id)}.Script`
  return defineTask({
    type,
    title: `Run a ${name} script.`,
    description:
      'The script becomes a file in the working directory of the task, beside its `inputFiles` and the files of the namespace. ' +
      'A line that is exactly `::{"outputs":{…}}::` gives outputs.',
    properties: { ...propertiesOf(language), script: scriptProperty(editor) },
    outputs: SCRIPT_OUTPUTS,
    examples: [scriptExample({ id, type, title: 'Give a value back.', script: sum })],
    run: (ctx, props) =>
      runScript(ctx, props, async session => {
        await openCaches(session, language)
        const path = await writeScriptFile(session, await renderScript(session, props.script), language.extension)
        return [runFile(session, language, path)]
      }),
  })
}

function defineCommands(language: Language): TaskDefinition {
  const { id, name, hello, program, extension, isCommandsRequired = true } = language
  const type = `${scriptsOf(id)}.Commands`
  const commands = commandsProperty()
  const file = `main${extension}`
  return defineTask({
    type,
    title: `Run commands with ${name} at hand.`,
    description: 'The commands run one after the other in a shell; the first that fails ends the task.',
    properties: {
      ...propertiesOf(language),
      commands: isCommandsRequired ? commands.required() : commands.default([]),
    },
    outputs: SCRIPT_OUTPUTS,
    examples: [commandsExample({ id, type, title: 'Run a file.', file, content: hello, command: [...program, file] })],
    run: (ctx, props) =>
      runScript(ctx, props, async session => {
        await openCaches(session, language)
        return renderCommands(session, props.commands)
      }),
  })
}

type LanguageProperties = Omit<typeof scriptProperties, 'containerImage'> & {
  readonly containerImage: ReturnType<typeof imageProperty>
}

/** The shared properties with the image of the language. */
export function propertiesOf({ image }: Pick<Language, 'image'>): LanguageProperties {
  return { ...scriptProperties, containerImage: imageProperty(image) }
}

export function imageProperty(image: string): ReturnType<typeof scriptProperties.containerImage.default> {
  return scriptProperties.containerImage.default(image)
}

export function scriptProperty(editor: string): ReturnType<ReturnType<typeof p.string>['required']> {
  return p.string().dynamic().required().group('main').language(editor).title('The script.')
}

export function commandsProperty(): ReturnType<typeof stringList> {
  return stringList().dynamic().group('main').title('The commands, one after the other.')
}

const stringList = (): ReturnType<typeof p.list<string, 'optional'>> => p.list(p.string())

/**
 * A sandbox does not let a script write to its home, and an image forgets it: so a language keeps its things in our folder, one for each namespace,
 * for what one script leaves there the next one runs.
 */
export async function openCaches(
  session: Session,
  { id, caches = {} }: Pick<Language, 'id' | 'caches'>,
): Promise<void> {
  const { ctx, env, writes, isContained } = session
  if (isContained) return
  for (const [variable, name] of Object.entries(caches)) {
    if (env.has(variable)) continue
    const folder = join(ctx.cacheDir, id, ctx.flow.tenantId, ctx.flow.namespace, name)
    await mkdir(folder, { recursive: true })
    env.set(variable, folder)
    writes.push(folder)
  }
}

/** A command that runs the file, or the reason why there is none. */
export function runFile(session: Session, { name, program }: Pick<Language, 'name' | 'program'>, path: string): string {
  expectProgram(session, name, program[0])
  return [...program, path].map(quoteForShell).join(' ')
}

/** Commands before the script may install it, and a container brings its own. */
export function expectProgram(session: Session, name: string, program: string): void {
  if (session.isContained || session.hasBeforeCommands) return
  if (findOnPath([program], session.env.get('PATH') ?? process.env['PATH'] ?? '') !== undefined) return
  throw new TaskError(
    `"${program}" is not on the PATH of this worker: install ${name} there, set PATH in \`env\`, ` +
      'or run the script in a container with `taskRunner: { type: io.kestra.plugin.scripts.runner.docker.Docker }`',
  )
}

interface ScriptExample {
  readonly id: string
  readonly type: string
  readonly title: string
  readonly script: string
}

/** A whole flow. */
export function scriptExample({ id, type, title, script }: ScriptExample): {
  readonly title: string
  readonly full: true
  readonly code: string
} {
  const code = [...flowHead(`${id}_script`), `  - id: run`, `    type: ${type}`, '    script: |', indented(script, 6)]
  return { title, full: true, code: code.join('\n') }
}

interface CommandsExample {
  readonly id: string
  readonly type: string
  readonly title: string
  readonly file: string
  readonly content: string
  readonly command: readonly string[]
}

export function commandsExample(example: CommandsExample): ReturnType<typeof scriptExample> {
  const { id, type, title, file, content, command } = example
  const code = [
    ...flowHead(`${id}_commands`),
    '  - id: run',
    `    type: ${type}`,
    '    inputFiles:',
    `      ${file}: |`,
    indented(content, 8),
    '    commands:',
    `      - ${command.join(' ')}`,
  ]
  return { title, full: true, code: code.join('\n') }
}

function flowHead(id: string): readonly string[] {
  return [`id: ${id}`, 'namespace: company.team', 'tasks:']
}

export function indented(text: string, spaces: number): string {
  return text
    .split('\n')
    .map(line => ' '.repeat(spaces) + line)
    .join('\n')
}
