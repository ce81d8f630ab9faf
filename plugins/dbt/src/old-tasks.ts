// A task for each command of dbt, as they were before DbtCLI took them all.
import {
  bindProperties,
  defineTask,
  p,
  quoteForShell,
  SCRIPT_OUTPUTS,
  scriptProperties,
  runScript,
} from '@batuta/plugin-sdk'
import type { LazyProperties, TaskDefinition } from '@batuta/plugin-sdk'
import { runDbt, setUnlessSet, setUp } from './dbt-cli.ts'

const PREFIX = 'io.kestra.plugin.dbt.cli'
const OLDER = 'Use DbtCLI.'
const { taskRunner, runner, env, namespaceFiles, inputFiles, outputFiles } = scriptProperties

const common = {
  taskRunner,
  runner,
  docker: scriptProperties.docker.dynamic(),
  env,
  namespaceFiles,
  inputFiles,
  outputFiles,
  containerImage: p
    .string()
    .dynamic()
    .default('ghcr.io/kestra-io/dbt')
    .group('execution')
    .title('Image for runners in containers.'),
  dockerOptions: p
    .any()
    .dynamic()
    .deprecated('Use `taskRunner` instead.')
    .title('Options of the Docker runner, in older words.'),
  profiles: p.string().dynamic().language('yaml').title('The text of profiles.yml.'),
} as const

const properties = {
  ...common,
  failFast: p.boolean().dynamic().default(false).title('Stop at the first node that fails.'),
  warnError: p.boolean().dynamic().default(false).title('Take warnings for errors.'),
  debug: p.boolean().dynamic().default(false).title('Log more.'),
  projectDir: p.string().dynamic().title('The folder of the project, in the working directory.'),
  dbtPath: p.string().dynamic().default('./bin/dbt').title('The program.'),
  parseRunResults: p.boolean().dynamic().default(true).title('Read what dbt writes about its run.'),
  thread: p.integer().dynamic().title('How many nodes run at once.'),
  fullRefresh: p.boolean().dynamic().default(false).title('Build tables anew.'),
  target: p.string().dynamic().title('The target of the profile.'),
  selector: p.string().dynamic().title('A selector of the project.'),
  select: p.list(p.string()).dynamic().title('Only these nodes.'),
  exclude: p.list(p.string()).dynamic().title('All but these nodes.'),
} as const

type Props = LazyProperties<typeof properties>

const FAIL_FAST: ReadonlySet<string> = new Set(['build', 'run', 'test'])
const FULL_REFRESH: ReadonlySet<string> = new Set(['build', 'run', 'seed', 'compile'])

const COMMANDS: readonly (readonly [string, string, string])[] = [
  ['Build', 'build', 'Build all nodes of a project.'],
  ['Compile', 'compile', 'Compile a project.'],
  ['Deps', 'deps', 'Fetch the packages of a project.'],
  ['Freshness', 'source freshness', 'Look how fresh the sources are.'],
  ['List', 'ls', 'List the nodes of a project.'],
  ['Run', 'run', 'Run the models of a project.'],
  ['Seed', 'seed', 'Load the seeds of a project.'],
  ['Snapshot', 'snapshot', 'Take the snapshots of a project.'],
  ['Test', 'test', 'Run the tests of a project.'],
]

export const commandTasks: readonly TaskDefinition[] = COMMANDS.map(([name, command, title]) =>
  defineTask({
    type: `${PREFIX}.${name}`,
    deprecated: OLDER,
    title,
    properties,
    outputs: SCRIPT_OUTPUTS,
    examples: [{ title, full: true, code: example(name) }],
    run: async (ctx, props) => {
      const { failFast: _, ...rest } = props
      const projectDir = (await props.projectDir.render()) ?? ''
      return await runDbt(
        ctx,
        { ...bindProperties(scriptProperties, {}, ctx), ...rest },
        {
          projectDir,
          parsesResults: await props.parseRunResults.render(),
          makeCommands: async session => {
            await setUp(session, { profiles: await props.profiles.render(session.scope), projectDir })
            setUnlessSet(session, 'DBT_LOG_FORMAT', 'json')
            return [await lineOf(command, props)]
          },
        },
      )
    },
  }),
)

async function lineOf(command: string, props: Props): Promise<string> {
  const [name = ''] = command.split(' ')
  const value = (flag: string, text: string | undefined): string[] =>
    text === undefined ? [] : [flag, quoteForShell(text)]
  const list = (flag: string, texts: readonly string[] | undefined): string[] =>
    texts === undefined || texts.length === 0 ? [] : [flag, ...texts.map(quoteForShell)]
  const thread = await props.thread.render()
  const selects = name !== 'deps'
  return [
    await props.dbtPath.render(),
    ...((await props.debug.render()) ? ['--debug'] : []),
    ...((await props.warnError.render()) ? ['--warn-error'] : []),
    command,
    ...((await props.failFast.render()) && FAIL_FAST.has(name) ? ['--fail-fast'] : []),
    ...((await props.fullRefresh.render()) && FULL_REFRESH.has(name) ? ['--full-refresh'] : []),
    ...(selects ? value('--threads', thread === undefined || name === 'ls' ? undefined : String(thread)) : []),
    ...value('--target', await props.target.render()),
    ...(selects ? value('--selector', await props.selector.render()) : []),
    ...(selects ? list('--select', await props.select.render()) : []),
    ...(selects ? list('--exclude', await props.exclude.render()) : []),
  ].join(' ')
}

export const setup = defineTask({
  type: `${PREFIX}.Setup`,
  deprecated: 'Use an image with dbt in it, or `beforeCommands` of DbtCLI.',
  title: 'Install dbt into the working directory.',
  description: 'A virtual environment of Python, whose `bin/dbt` the other tasks of a WorkingDirectory find.',
  properties: {
    ...common,
    ...{ failFast: scriptProperties.failFast, beforeCommands: scriptProperties.beforeCommands },
    ...{ interpreter: scriptProperties.interpreter, outputDirectory: scriptProperties.outputDirectory },
    targetOS: scriptProperties.targetOS,
    profiles: common.profiles.required(),
    containerImage: common.containerImage.default('python'),
    warningOnStdErr: scriptProperties.warningOnStdErr.default(true),
    pythonPath: p.string().dynamic().default('python').title('The interpreter of Python.'),
    requirements: p.list(p.string()).dynamic().required().group('main').title('What pip is to install.'),
    exitOnFailed: p
      .boolean()
      .dynamic()
      .default(true)
      .deprecated('Use `failFast` instead.')
      .title('Stop at a command that fails.'),
  },
  outputs: SCRIPT_OUTPUTS,
  examples: [{ title: 'Install dbt with DuckDB.', full: true, code: setupExample() }],
  run: async (ctx, props) =>
    await runScript(ctx, { ...props, failFast: props.exitOnFailed }, async session => {
      await setUp(session, { profiles: await props.profiles.render(session.scope), projectDir: '' })
      const packages = (await props.requirements.render(session.scope)).map(quoteForShell).join(' ')
      return [`${await props.pythonPath.render()} -m venv .`, `./bin/python -m pip install --quiet ${packages}`]
    }),
})

function example(name: string): string {
  return `id: dbt_old
namespace: company.team

tasks:
  - id: dbt
    type: ${PREFIX}.${name}
    dbtPath: dbt
    projectDir: project
    profiles: |
      project:
        target: dev
        outputs:
          dev:
            type: duckdb
            path: dbt.duckdb
`
}

function setupExample(): string {
  return `id: dbt_setup
namespace: company.team

tasks:
  - id: setup
    type: ${PREFIX}.Setup
    requirements:
      - dbt-duckdb
    profiles: |
      project:
        target: dev
        outputs:
          dev:
            type: duckdb
            path: dbt.duckdb
`
}
