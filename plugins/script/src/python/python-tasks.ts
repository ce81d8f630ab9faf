import { defineTask, p } from '@batuta/plugin-sdk'
import { quoteForShell, renderCommands, renderScript, runScript, writeScriptFile } from '../run-script.ts'
import { SCRIPT_OUTPUTS, scriptProperties } from '../script-properties.ts'
import { preparePython } from './prepare-python.ts'
import { writeLauncher } from './python-launcher.ts'

export const pythonProperties = {
  ...scriptProperties,
  dependencies: p.list(p.string()).dynamic().group('advanced').title('Packages to install, as pip names them.'),
  pythonVersion: p.string().dynamic().group('advanced').title('Version of the interpreter, e.g. 3.12.'),
  dependencyCacheEnabled: p.boolean().dynamic().default(true).group('advanced').title('Keep installed packages.'),
  packageManager: p.enum('UV', 'PIP').dynamic().default('UV').group('advanced'),
  uvAutoInstallEnabled: p.boolean().dynamic().default(true).group('advanced'),
  uvInstallerVersion: p.string().dynamic().group('advanced'),
  uvInstallerSha256: p.string().dynamic().group('advanced'),
} as const

const METRICS = [
  { name: 'deps.cache.download.duration', type: 'counter', unit: 'ms', description: 'Time to find kept packages.' },
  { name: 'deps.cache.upload.duration', type: 'counter', unit: 'ms', description: 'Time to install packages.' },
] as const

export const pythonScript = defineTask({
  type: 'io.kestra.plugin.scripts.python.Script',
  title: 'Run a Python script.',
  properties: {
    ...pythonProperties,
    script: p.string().dynamic().required().group('main').language('python').title('The script.'),
  },
  outputs: SCRIPT_OUTPUTS,
  metrics: METRICS,
  examples: [
    { title: 'Give a value back.', code: 'script: |\n  from kestra import Kestra\n  Kestra.outputs({"sum": 1 + 2})' },
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
      if (executable !== undefined) session.program = { language: 'python', executable, launcher, script }
      return [[command, launcher, script].map(quoteForShell).join(' ')]
    }),
})

export const pythonCommands = defineTask({
  type: 'io.kestra.plugin.scripts.python.Commands',
  title: 'Run commands with Python at hand.',
  properties: {
    ...pythonProperties,
    commands: p.list(p.string()).dynamic().required().group('main').title('The commands, one after the other.'),
  },
  outputs: SCRIPT_OUTPUTS,
  metrics: METRICS,
  examples: [{ title: 'Run a file.', code: 'inputFiles:\n  main.py: print("hello")\ncommands:\n  - python main.py' }],
  run: (ctx, props) =>
    runScript(ctx, props, async session => {
      await preparePython(session, props)
      return renderCommands(session, props.commands)
    }),
})
