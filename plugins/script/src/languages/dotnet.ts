// C# scripts run by `dotnet-script`, a tool of the SDK that is installed where it is missing.
import {
  defineTask,
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
  propertiesOf,
  scriptExample,
  scriptProperty,
  scriptsOf,
} from './language.ts'

const properties = propertiesOf({ image: 'mcr.microsoft.com/dotnet/sdk:10.0' })
const SCRIPT = `${scriptsOf('dotnet')}.Script`
const COMMANDS = `${scriptsOf('dotnet')}.Commands`

/** Installed once for the user of the worker; a container begins anew. */
const TOOL: readonly string[] = [
  'PATH="$PATH:$HOME/.dotnet/tools"',
  'command -v dotnet-script >/dev/null 2>&1 || dotnet tool install --global dotnet-script >/dev/null',
]

export const dotnetScript = defineTask({
  type: SCRIPT,
  title: 'Run a C# script.',
  description: 'The script is run by `dotnet-script`, which is installed as a tool of the SDK where it is missing.',
  properties: { ...properties, script: scriptProperty('csharp') },
  outputs: SCRIPT_OUTPUTS,
  examples: [
    scriptExample({
      id: 'dotnet',
      type: SCRIPT,
      title: 'Give a value back.',
      script: 'Console.WriteLine("::{\\"outputs\\":{\\"sum\\":3}}::");',
    }),
  ],
  run: (ctx, props) =>
    runScript(ctx, props, async session => {
      expectProgram(session, '.NET', 'dotnet')
      const path = await writeScriptFile(session, await renderScript(session, props.script), '.csx')
      return [...TOOL, `dotnet-script ${quoteForShell(path)}`]
    }),
})

export const dotnetCommands = defineTask({
  type: COMMANDS,
  title: 'Run commands with .NET at hand.',
  properties: { ...properties, commands: commandsProperty().required() },
  outputs: SCRIPT_OUTPUTS,
  examples: [
    commandsExample({
      id: 'dotnet',
      type: COMMANDS,
      title: 'Run a file.',
      file: 'hello.cs',
      content: 'Console.WriteLine("hello");',
      command: ['dotnet', 'run', 'hello.cs'],
    }),
  ],
  run: (ctx, props) => runScript(ctx, props, session => renderCommands(session, props.commands)),
})
