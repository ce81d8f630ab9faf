import {
  defineTask,
  p,
  quoteForShell,
  renderCommands,
  renderScript,
  runScript,
  SCRIPT_OUTPUTS,
  writeScriptFile,
} from '@batuta/plugin-sdk'
import {
  commandsExample,
  commandsProperty,
  expectProgram,
  openCaches,
  propertiesOf,
  scriptExample,
  scriptProperty,
  scriptsOf,
} from './language.ts'

const properties = propertiesOf({ image: 'jbangdev/jbang-action' })
const SCRIPT = `${scriptsOf('jbang')}.Script`
const COMMANDS = `${scriptsOf('jbang')}.Commands`

const CACHES = { JBANG_CACHE_DIR: 'cache', JBANG_REPO: 'repository' }

const HELLO = [
  '//DEPS com.fasterxml.jackson.core:jackson-core:2.18.0',
  'class Hello {',
  '  public static void main(String[] args) {',
  '    System.out.println("::{\\"outputs\\":{\\"sum\\":3}}::");',
  '  }',
  '}',
].join('\n')

export const jbangScript = defineTask({
  type: SCRIPT,
  title: 'Run a Java, Kotlin or Groovy script with JBang.',
  description: 'Dependencies are named in the script: `//DEPS group:artifact:version`.',
  properties: {
    ...properties,
    script: scriptProperty('java'),
    extension: p
      .string()
      .dynamic()
      .default('.java')
      .group('advanced')
      .title('Of the file: what the script is written in, e.g. .kt or .jsh.'),
    quiet: p.boolean().dynamic().default(true).group('advanced').title('Log nothing but what the script prints.'),
  },
  outputs: SCRIPT_OUTPUTS,
  examples: [scriptExample({ id: 'jbang', type: SCRIPT, title: 'Give a value back.', script: HELLO })],
  run: (ctx, props) =>
    runScript(ctx, props, async session => {
      expectProgram(session, 'JBang', 'jbang')
      await openCaches(session, { id: 'jbang', caches: CACHES })
      const extension = await props.extension.render(session.scope)
      const path = await writeScriptFile(session, await renderScript(session, props.script), dotted(extension))
      const quiet = (await props.quiet.render(session.scope)) ? ['--quiet'] : []
      return [['jbang', ...quiet, path].map(quoteForShell).join(' ')]
    }),
})

export const jbangCommands = defineTask({
  type: COMMANDS,
  title: 'Run commands with JBang at hand.',
  properties: { ...properties, commands: commandsProperty().required() },
  outputs: SCRIPT_OUTPUTS,
  examples: [
    commandsExample({
      id: 'jbang',
      type: COMMANDS,
      title: 'Run a file.',
      file: 'Hello.java',
      content: HELLO,
      command: ['jbang', '--quiet', 'Hello.java'],
    }),
  ],
  run: (ctx, props) =>
    runScript(ctx, props, async session => {
      await openCaches(session, { id: 'jbang', caches: CACHES })
      return renderCommands(session, props.commands)
    }),
})

function dotted(extension: string): string {
  return extension.startsWith('.') ? extension : `.${extension}`
}
