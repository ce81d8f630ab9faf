// PowerShell is its own shell: it takes the commands as a shell takes them, and runs a script as one of them.
import {
  defineTask,
  p,
  renderCommands,
  renderScript,
  runScript,
  SCRIPT_OUTPUTS,
  writeScriptFile,
} from '@batuta/plugin-sdk'
import type { ScriptProps, Session } from '@batuta/plugin-sdk'
import { commandsProperty, expectProgram, propertiesOf, scriptExample, scriptProperty, scriptsOf } from './language.ts'

const IMAGE = 'ghcr.io/kestra-io/powershell:latest'

const properties = {
  ...propertiesOf({ image: IMAGE }),
  interpreter: p
    .list(p.string())
    .dynamic()
    .default(['pwsh', '-NoProfile', '-NonInteractive', '-Command'])
    .group('execution')
    .title('The command that takes the script.'),
} as const

const SCRIPT = `${scriptsOf('powershell')}.Script`
const COMMANDS = `${scriptsOf('powershell')}.Commands`

export const powershellScript = defineTask({
  type: SCRIPT,
  title: 'Run a PowerShell script.',
  description: 'The first command that fails ends the script, unless `failFast` is off; `exit` gives the exit code.',
  properties: { ...properties, script: scriptProperty('powershell') },
  outputs: SCRIPT_OUTPUTS,
  examples: [
    scriptExample({
      id: 'powershell',
      type: SCRIPT,
      title: 'Give a value back.',
      script: `Write-Output '::{"outputs":{"sum":3}}::'`,
    }),
  ],
  run: (ctx, props) =>
    runScript(ctx, props, async session => {
      await expectShell(session, props)
      const path = await writeScriptFile(session, await renderScript(session, props.script), '.ps1')
      // What a script of `-Command` exits with would come out as 1.
      return [`& '${path.replaceAll("'", "''")}'`, 'if ($LASTEXITCODE) { exit $LASTEXITCODE }']
    }),
})

export const powershellCommands = defineTask({
  type: COMMANDS,
  title: 'Run PowerShell commands.',
  properties: { ...properties, commands: commandsProperty().required() },
  outputs: SCRIPT_OUTPUTS,
  examples: [
    {
      title: 'Two commands.',
      full: true,
      code: `id: powershell_commands\nnamespace: company.team\ntasks:\n  - id: run\n    type: ${COMMANDS}\n    commands:\n      - Write-Output "hello"\n      - Get-Date`,
    },
  ],
  run: (ctx, props) =>
    runScript(ctx, props, async session => {
      await expectShell(session, props)
      return renderCommands(session, props.commands)
    }),
})

/** Nothing can run before it that would install it. */
async function expectShell(session: Session, props: Pick<ScriptProps, 'interpreter'>): Promise<void> {
  const [program] = await props.interpreter.render(session.scope)
  if (program !== undefined && !program.includes('/'))
    expectProgram({ ...session, hasBeforeCommands: false }, 'PowerShell', program)
}
