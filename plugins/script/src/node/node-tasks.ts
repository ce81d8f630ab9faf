import { delimiter } from 'node:path'
import {
  defineTask,
  findOnPath,
  quoteForShell,
  renderCommands,
  renderScript,
  runScript,
  SCRIPT_OUTPUTS,
  writeScriptFile,
} from '@batuta/plugin-sdk'
import type { Session } from '@batuta/plugin-sdk'
import { libraryFolder } from '../kestra-library.ts'
import {
  commandsExample,
  commandsProperty,
  propertiesOf,
  scriptExample,
  scriptProperty,
  scriptsOf,
} from '../languages/language.ts'

export const NODE_IMAGE = 'node'

const properties = propertiesOf({ image: NODE_IMAGE })
const SCRIPT = `${scriptsOf('node')}.Script`
const COMMANDS = `${scriptsOf('node')}.Commands`

export const nodeScript = defineTask({
  type: SCRIPT,
  title: 'Run a Node.js script.',
  properties: { ...properties, script: scriptProperty('javascript') },
  outputs: SCRIPT_OUTPUTS,
  examples: [
    scriptExample({
      id: 'node',
      type: SCRIPT,
      title: 'Give a value back.',
      script: "const Kestra = require('@kestra-io/libs')\nKestra.outputs({ sum: 1 + 2 })",
    }),
  ],
  run: (ctx, props) =>
    runScript(ctx, props, async session => {
      const path = await writeScriptFile(session, await renderScript(session, props.script), '.js')
      return [`${await nodeCommand(session)} ${quoteForShell(path)}`]
    }),
})

export const nodeCommands = defineTask({
  type: COMMANDS,
  title: 'Run commands with Node.js at hand.',
  properties: { ...properties, commands: commandsProperty().required() },
  outputs: SCRIPT_OUTPUTS,
  examples: [
    commandsExample({
      id: 'node',
      type: COMMANDS,
      title: 'Run a file.',
      file: 'main.js',
      content: 'console.log("hello")',
      command: ['node', 'main.js'],
    }),
  ],
  run: (ctx, props) =>
    runScript(ctx, props, async session => {
      await nodeCommand(session)
      return renderCommands(session, props.commands)
    }),
})

/** `node` of the path; where there is none, the one that runs us. Beside it, our library as the last place to look. */
async function nodeCommand({ ctx, env, reads, isContained }: Session): Promise<string> {
  const libraries = await libraryFolder(ctx, 'node')
  const own = env.get('NODE_PATH')
  env.set('NODE_PATH', own === undefined ? libraries : `${own}${delimiter}${libraries}`)
  reads.push(libraries)
  if (isContained) return 'node'
  const found = findOnPath(['node'], env.get('PATH') ?? process.env['PATH'] ?? '')
  return found === undefined ? quoteForShell(process.execPath) : 'node'
}
