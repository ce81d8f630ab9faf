import { dirname } from 'node:path'
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
  propertiesOf,
  scriptExample,
  scriptProperty,
  scriptsOf,
} from '../languages/language.ts'
import { preparePython } from './prepare-python.ts'
import { writeLauncher } from './python-launcher.ts'

export const PYTHON_IMAGE = 'python:3.13-slim'

export const pythonProperties = {
  ...propertiesOf({ image: PYTHON_IMAGE }),
  dependencies: p.list(p.string()).dynamic().group('advanced').title('Packages to install, as pip names them.'),
  pythonVersion: p.string().dynamic().group('advanced').title('Version of the interpreter, e.g. 3.12.'),
  dependencyCacheEnabled: p.boolean().dynamic().default(true).group('advanced').title('Keep installed packages.'),
  packageManager: p
    .enum('UV', 'PIP')
    .dynamic()
    .default('UV')
    .group('advanced')
    .title('What installs them; pip where uv is not on the worker.'),
  uvAutoInstallEnabled: p
    .boolean()
    .dynamic()
    .default(true)
    .group('advanced')
    .title('Passed over: nothing is downloaded that runs here.'),
  uvInstallerVersion: p.string().dynamic().group('advanced').title('Passed over, as the property before.'),
  uvInstallerSha256: p.string().dynamic().group('advanced').title('Passed over, as the property before.'),
} as const

const METRICS = [
  { name: 'deps.cache.download.duration', type: 'counter', unit: 'ms', description: 'Time to find kept packages.' },
  { name: 'deps.cache.upload.duration', type: 'counter', unit: 'ms', description: 'Time to install packages.' },
] as const

const SCRIPT = `${scriptsOf('python')}.Script`
const COMMANDS = `${scriptsOf('python')}.Commands`

export const pythonScript = defineTask({
  type: SCRIPT,
  title: 'Run a Python script.',
  properties: {
    ...pythonProperties,
    script: scriptProperty('python'),
  },
  outputs: SCRIPT_OUTPUTS,
  metrics: METRICS,
  examples: [
    scriptExample({
      id: 'python',
      type: SCRIPT,
      title: 'Give a value back.',
      script: 'from kestra import Kestra\nKestra.outputs({"sum": 1 + 2})',
    }),
    {
      title: 'Store a file.',
      code: 'script: |\n  open("{{ outputDir }}/hello.txt", "w").write("hello")',
    },
  ],
  run: (ctx, props) =>
    runScript(ctx, props, async session => {
      const { command, executable } = await preparePython(session, props)
      const script = await writeScriptFile(session, await renderScript(session, props.script), '.py')
      const launcher = await writeLauncher(ctx)
      session.reads.push(dirname(launcher))
      if (executable !== undefined) session.program = { language: 'python', executable, launcher, script }
      return [[command, launcher, script].map(quoteForShell).join(' ')]
    }),
})

export const pythonCommands = defineTask({
  type: COMMANDS,
  title: 'Run commands with Python at hand.',
  properties: {
    ...pythonProperties,
    commands: commandsProperty().required(),
  },
  outputs: SCRIPT_OUTPUTS,
  metrics: METRICS,
  examples: [
    commandsExample({
      id: 'python',
      type: COMMANDS,
      title: 'Run a file.',
      file: 'main.py',
      content: 'print("hello")',
      command: ['python', 'main.py'],
    }),
  ],
  run: (ctx, props) =>
    runScript(ctx, props, async session => {
      await preparePython(session, props)
      return renderCommands(session, props.commands)
    }),
})
