import { delimiter } from 'node:path'
import { defineTask, p } from '@batuta/plugin-sdk'
import { findOnPath } from '../find-on-path.ts'
import { libraryFolder } from '../kestra-library.ts'
import { quoteForShell, renderCommands, renderScript, runScript, writeScriptFile } from '../run-script.ts'
import type { Session } from '../run-script.ts'
import { SCRIPT_OUTPUTS, scriptProperties } from '../script-properties.ts'

export const nodeScript = defineTask({
  type: 'io.kestra.plugin.scripts.node.Script',
  title: 'Run a Node.js script.',
  properties: {
    ...scriptProperties,
    script: p.string().dynamic().required().group('main').language('javascript').title('The script.'),
  },
  outputs: SCRIPT_OUTPUTS,
  examples: [
    {
      title: 'Give a value back.',
      code: `script: |\n  const Kestra = require('@kestra-io/libs')\n  Kestra.outputs({ sum: 1 + 2 })`,
    },
  ],
  run: (ctx, props) =>
    runScript(ctx, props, async session => {
      const path = await writeScriptFile(session, await renderScript(session, props.script), '.js')
      return [`${await nodeCommand(session)} ${quoteForShell(path)}`]
    }),
})

export const nodeCommands = defineTask({
  type: 'io.kestra.plugin.scripts.node.Commands',
  title: 'Run commands with Node.js at hand.',
  properties: {
    ...scriptProperties,
    commands: p.list(p.string()).dynamic().required().group('main').title('The commands, one after the other.'),
  },
  outputs: SCRIPT_OUTPUTS,
  examples: [
    { title: 'Run a file.', code: 'inputFiles:\n  main.js: console.log("hello")\ncommands:\n  - node main.js' },
  ],
  run: (ctx, props) =>
    runScript(ctx, props, async session => {
      await nodeCommand(session)
      return renderCommands(session, props.commands)
    }),
})

/** `node` of the path; where there is none, the one that runs us. Beside it, our library as the last place to look. */
async function nodeCommand({ ctx, env }: Session): Promise<string> {
  const libraries = await libraryFolder(ctx, 'node')
  const own = env.get('NODE_PATH')
  env.set('NODE_PATH', own === undefined ? libraries : `${own}${delimiter}${libraries}`)
  const found = findOnPath(['node'], env.get('PATH') ?? process.env['PATH'] ?? '')
  return found === undefined ? quoteForShell(process.execPath) : 'node'
}
