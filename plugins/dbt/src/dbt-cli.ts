import { writeFile } from 'node:fs/promises'
import {
  defineTask,
  Ending,
  endingOf,
  messageOf,
  outputsOfError,
  p,
  renderCommands,
  runScript,
  SCRIPT_OUTPUTS,
  scriptProperties,
  TaskError,
} from '@batuta/plugin-sdk'
import type { MakeCommands, RunContext, ScriptProps, Session, TaskOutputs, TaskReturn } from '@batuta/plugin-sdk'
import { listenToDbt } from './dbt-log.ts'
import { loadManifest, manifestPlace, storeManifest } from './manifests.ts'
import { keepResults } from './run-results.ts'

const TYPE = 'io.kestra.plugin.dbt.cli.DbtCLI'

const EXAMPLE = `id: dbt_build
namespace: company.team

tasks:
  - id: wdir
    type: io.kestra.plugin.core.flow.WorkingDirectory
    tasks:
      - id: clone
        type: io.kestra.plugin.git.Clone
        url: https://github.com/kestra-io/dbt-example
        branch: main
      - id: build
        type: ${TYPE}
        taskRunner:
          type: io.kestra.plugin.core.runner.Process
        commands:
          - dbt deps
          - dbt build
        profiles: |
          my_dbt_project:
            target: dev
            outputs:
              dev:
                type: duckdb
                path: dbt.duckdb
`

export const dbtCli = defineTask({
  type: TYPE,
  title: 'Run dbt commands.',
  description:
    'What dbt logs as JSON is logged at its own level; `run_results.json` and `manifest.json` are among the output files, also of a run that failed. A warning of dbt ends the task with WARNING.',
  properties: {
    ...scriptProperties,
    warningOnStdErr: scriptProperties.warningOnStdErr.default(true),
    commands: p.list(p.string()).dynamic().required().group('main').title('The commands, one after the other.'),
    profiles: p.string().dynamic().language('yaml').title('The text of profiles.yml.'),
    projectDir: p.string().dynamic().title('The folder of the project, in the working directory.'),
    parseRunResults: p.boolean().dynamic().default(true).title('Read what dbt writes about its run.'),
    containerImage: p
      .string()
      .dynamic()
      .default('ghcr.io/kestra-io/dbt')
      .group('execution')
      .title('Image for runners in containers.'),
    storeManifest: manifestPlace.title('Keep the manifest as this key.'),
    loadManifest: manifestPlace.title('Put the manifest of this key into the folder of the project, as manifest.json.'),
    logFormat: p.enum('JSON', 'TEXT', 'DEBUG', 'NONE').dynamic().default('JSON').title('How dbt is asked to log.'),
    engine: p.enum('CORE', 'FUSION').dynamic().default('CORE').title('Which dbt the image has; both are asked alike.'),
  },
  outputs: SCRIPT_OUTPUTS,
  metrics: [
    { name: 'log.stats.success', type: 'counter', description: 'Nodes that went well.' },
    { name: 'log.stats.warn', type: 'counter', description: 'Nodes that warned.' },
    { name: 'log.stats.error', type: 'counter', description: 'Nodes that failed.' },
  ],
  examples: [{ title: 'Build a project with DuckDB.', full: true, code: EXAMPLE }],
  async run(ctx, props) {
    const projectDir = (await props.projectDir.render()) ?? ''
    const load = await props.loadManifest.render()
    const keep = await props.storeManifest.render()
    const format = await props.logFormat.render()
    const returned = await runDbt(ctx, props, {
      projectDir,
      parsesResults: await props.parseRunResults.render(),
      makeCommands: async session => {
        if (load !== undefined) await loadManifest(ctx, load, projectDir)
        await setUp(session, { profiles: await props.profiles.render(session.scope), projectDir })
        if (format !== 'NONE') setUnlessSet(session, 'DBT_LOG_FORMAT', format.toLowerCase())
        return await renderCommands(session, props.commands)
      },
    })
    if (keep !== undefined) await storeManifest(ctx, keep, projectDir)
    return returned
  },
})

export interface DbtRun {
  readonly projectDir: string
  readonly parsesResults: boolean
  readonly makeCommands: MakeCommands
}

export async function runDbt(ctx: RunContext, props: ScriptProps, run: DbtRun): Promise<TaskReturn> {
  const { projectDir, parsesResults, makeCommands } = run
  const listening = listenToDbt(ctx)
  const withResults = async (outputs: TaskOutputs): Promise<TaskOutputs> =>
    parsesResults
      ? { ...outputs, outputFiles: { ...Object(outputs['outputFiles']), ...(await keepResults(ctx, projectDir)) } }
      : outputs
  try {
    const { state, outputs } = endingOf(await runScript(listening.ctx, props, makeCommands))
    const all = await withResults(outputs)
    return state === 'WARNING' || listening.hasWarned() ? new Ending('WARNING', all) : all
  } catch (error) {
    const outputs = outputsOfError(error)
    if (outputs === undefined) throw error
    throw new TaskError(messageOf(error), { cause: error, outputs: await withResults(outputs) })
  }
}

/** By the environment, so that it reaches every dbt of a command. */
export async function setUp(
  session: Session,
  { profiles, projectDir }: { readonly profiles: string | undefined; readonly projectDir: string },
): Promise<void> {
  const { ctx, isContained } = session
  const place = async (name: string): Promise<string> =>
    isContained ? `./${name}` : await ctx.workingDir.resolve(name)
  if (profiles !== undefined) {
    await writeFile(await ctx.workingDir.resolve('profiles.yml'), profiles)
    setUnlessSet(session, 'DBT_PROFILES_DIR', await place('.'))
  }
  if (projectDir !== '') setUnlessSet(session, 'DBT_PROJECT_DIR', await place(projectDir))
  setUnlessSet(session, 'DBT_LOG_PATH', await place('logs'))
  setUnlessSet(session, 'DBT_USE_COLORS', 'false')
  setUnlessSet(session, 'DBT_SEND_ANONYMOUS_USAGE_STATS', 'false')
}

export function setUnlessSet({ env }: Session, name: string, value: string): void {
  if (!env.has(name)) env.set(name, value)
}
