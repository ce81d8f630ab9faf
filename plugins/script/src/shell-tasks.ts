import { defineTask, renderCommands, renderScript, runScript, SCRIPT_OUTPUTS } from '@batuta/plugin-sdk'
import { commandsProperty, propertiesOf, scriptExample, scriptProperty, scriptsOf } from './languages/language.ts'

export const SHELL_IMAGE = 'ubuntu'

const properties = propertiesOf({ image: SHELL_IMAGE })
const SCRIPT = `${scriptsOf('shell')}.Script`
const COMMANDS = `${scriptsOf('shell')}.Commands`

export const shellScript = defineTask({
  type: SCRIPT,
  title: 'Run a shell script.',
  description: 'The first command that fails ends the script, unless `failFast` is off.',
  properties: { ...properties, script: scriptProperty('shell') },
  outputs: SCRIPT_OUTPUTS,
  examples: [
    scriptExample({
      id: 'shell',
      type: SCRIPT,
      title: 'Give a value back.',
      script: `echo '::{"outputs":{"greeting":"hello"}}::'`,
    }),
  ],
  run: (ctx, props) => runScript(ctx, props, async session => [await renderScript(session, props.script)]),
})

export const shellCommands = defineTask({
  type: COMMANDS,
  title: 'Run shell commands.',
  description: 'The commands run one after the other; the first that fails ends the task.',
  properties: { ...properties, commands: commandsProperty().required() },
  outputs: SCRIPT_OUTPUTS,
  examples: [
    {
      title: 'Two commands.',
      full: true,
      code: `id: shell_commands\nnamespace: company.team\ntasks:\n  - id: run\n    type: ${COMMANDS}\n    commands:\n      - echo hello\n      - date`,
    },
  ],
  run: (ctx, props) => runScript(ctx, props, session => renderCommands(session, props.commands)),
})
