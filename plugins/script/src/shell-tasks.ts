import { defineTask, p } from '@batuta/plugin-sdk'
import { renderCommands, renderScript, runScript } from './run-script.ts'
import { SCRIPT_OUTPUTS, scriptProperties } from './script-properties.ts'

export const shellScript = defineTask({
  type: 'io.kestra.plugin.scripts.shell.Script',
  title: 'Run a shell script.',
  properties: {
    ...scriptProperties,
    script: p.string().dynamic().required().group('main').language('shell').title('The script.'),
  },
  outputs: SCRIPT_OUTPUTS,
  examples: [{ title: 'Give a value back.', code: `script: |\n  echo '::{"outputs":{"greeting":"hello"}}::'` }],
  run: (ctx, props) => runScript(ctx, props, async session => [await renderScript(session, props.script)]),
})

export const shellCommands = defineTask({
  type: 'io.kestra.plugin.scripts.shell.Commands',
  title: 'Run shell commands.',
  properties: {
    ...scriptProperties,
    commands: p.list(p.string()).dynamic().required().group('main').title('The commands, one after the other.'),
  },
  outputs: SCRIPT_OUTPUTS,
  examples: [{ title: 'Two commands.', code: 'commands:\n  - echo hello\n  - date' }],
  run: (ctx, props) => runScript(ctx, props, session => renderCommands(session, props.commands)),
})
