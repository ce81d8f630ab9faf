import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  bindProperties,
  defineTask,
  endingOf,
  Ending,
  isMap,
  mapEntries,
  mapGet,
  outputsOfError,
  p,
  PRIVATE_FOLDER,
  renderCommands,
  runScript,
  SCRIPT_OUTPUTS,
  scriptProperties,
  storeOutputFiles,
  TaskError,
  messageOf,
} from '@batuta/plugin-sdk'
import type { LazyProperties, RunContext, Session, TaskOutputs, TaskReturn } from '@batuta/plugin-sdk'
import { CALLBACK, CALLBACK_NAME } from './outputs-callback.ts'

const TYPE = 'io.kestra.plugin.ansible.cli.AnsibleCLI'
const { beforeCommands, env, docker, taskRunner, namespaceFiles, inputFiles, outputFiles } = scriptProperties
const LOG_FILE = 'log'

const CONFIG = `[defaults]
log_path = {{ workingDir }}/${LOG_FILE}
host_key_checking = True
retry_files_enabled = False
interpreter_python = auto_silent
`

const EXAMPLE = `id: configure_hosts
namespace: company.team

tasks:
  - id: play
    type: ${TYPE}
    taskRunner:
      type: io.kestra.plugin.core.runner.Process
    inputFiles:
      inventory.ini: |
        localhost ansible_connection=local
      playbook.yml: |
        - hosts: localhost
          gather_facts: false
          tasks:
            - name: greet
              debug:
                msg: hello
    commands:
      - ansible-playbook -i inventory.ini playbook.yml
`

const ansibleProperties = {
  beforeCommands,
  env,
  docker,
  taskRunner,
  namespaceFiles,
  inputFiles,
  outputFiles,
  containerImage: p
    .string()
    .dynamic()
    .default('cytopia/ansible:latest-tools')
    .group('execution')
    .title('Image for runners in containers.'),
  commands: p.list(p.string()).dynamic().required().group('main').title('The commands, one after the other.'),
  ansibleConfig: p
    .string()
    .dynamic()
    .default(CONFIG)
    .title('The text of ansible.cfg; one that writes its own loses nothing of the outputs.'),
  outputsMode: p
    .enum('ALL', 'EXPLICIT')
    .dynamic()
    .default('ALL')
    .title('Whether the results of all tasks are outputs, or only what plays print as ::{"outputs": …}::.'),
  outputLogFile: p.boolean().dynamic().default(false).title('Keep the log of Ansible as an output file.'),
  autoInstallPythonRequirements: p
    .boolean()
    .dynamic()
    .default(true)
    .title('Install what requirements.txt names, where there is such a file.'),
  autoInstallGalaxyRequirements: p
    .boolean()
    .dynamic()
    .default(true)
    .title('Install what requirements.yml names, where there is such a file.'),
} as const

type AnsibleProps = LazyProperties<typeof ansibleProperties>

export const ansibleCli = defineTask({
  type: TYPE,
  title: 'Run Ansible commands.',
  description:
    'What the plays came to is in the output `playbooks`; a debug message `::{"outputs": {"name": "value"}}::` becomes a value of `vars`.',
  properties: ansibleProperties,
  outputs: [
    ...SCRIPT_OUTPUTS,
    { name: 'playbooks', type: 'PlaybookOutput{plays}[]', description: 'What each playbook came to.' },
  ],
  examples: [{ title: 'Run a playbook on this machine.', full: true, code: EXAMPLE }],
  async run(ctx, props) {
    const script = { ...bindProperties(scriptProperties, {}, ctx), ...props }
    try {
      const returned = await runScript(ctx, script, async session => [
        ...(await prepare(session, props)),
        ...(await renderCommands(session, props.commands)),
      ])
      return await finish(ctx, props, returned)
    } catch (error) {
      const outputs = outputsOfError(error)
      if (outputs === undefined) throw error
      throw new TaskError(messageOf(error), { cause: error, outputs: await withPlays(ctx, props, outputs) })
    }
  },
})

/** The configuration, the callback, and what is to be installed before. */
async function prepare({ ctx, scope, env: environment, isContained }: Session, props: AnsibleProps): Promise<string[]> {
  const folder = await ctx.workingDir.resolve(`${PRIVATE_FOLDER}/ansible`)
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, `${CALLBACK_NAME}.py`), CALLBACK)
  await writeFile(await ctx.workingDir.resolve('ansible.cfg'), await props.ansibleConfig.render(scope))
  const enabled = environment.get('ANSIBLE_CALLBACKS_ENABLED')
  const inside = isContained ? `./${PRIVATE_FOLDER}/ansible` : folder
  environment.set(
    'ANSIBLE_CALLBACK_PLUGINS',
    [inside, environment.get('ANSIBLE_CALLBACK_PLUGINS')].filter(Boolean).join(':'),
  )
  environment.set('ANSIBLE_CALLBACKS_ENABLED', [CALLBACK_NAME, enabled].filter(Boolean).join(','))
  environment.set('BATUTA_OUTPUTS_MODE', await props.outputsMode.render())
  if (!environment.has('ANSIBLE_CONFIG'))
    environment.set('ANSIBLE_CONFIG', isContained ? './ansible.cfg' : await ctx.workingDir.resolve('ansible.cfg'))
  const has = async (name: string): Promise<boolean> => existsSync(await ctx.workingDir.resolve(name))
  const python = (await props.autoInstallPythonRequirements.render()) && (await has('requirements.txt'))
  const galaxy = (await props.autoInstallGalaxyRequirements.render()) && (await has('requirements.yml'))
  return [
    ...(python ? ['python3 -m pip install --quiet -r requirements.txt'] : []),
    ...(galaxy ? ['ansible-galaxy install -r requirements.yml'] : []),
  ]
}

async function finish(ctx: RunContext, props: AnsibleProps, returned: TaskReturn): Promise<TaskReturn> {
  const { state, outputs } = endingOf(returned)
  const all = await withPlays(ctx, props, outputs)
  return state === 'WARNING' ? new Ending('WARNING', all) : all
}

/** The plays travel as a value among the others. */
async function withPlays(ctx: RunContext, props: AnsibleProps, outputs: TaskOutputs): Promise<TaskOutputs> {
  const { vars, outputFiles: files } = outputs
  const given = isMapOf(vars) ? vars : undefined
  const playbooks = given && mapGet(given, 'playbooks')
  const log = (await props.outputLogFile.render()) ? await storeOutputFiles(ctx, [LOG_FILE]) : {}
  const others = given && [...mapEntries(given)].filter(([name]) => name !== 'playbooks')
  return {
    ...outputs,
    ...(others === undefined ? {} : { vars: new Map(others) }),
    outputFiles: { ...Object(files), ...log },
    ...(playbooks === undefined ? {} : { playbooks }),
  }
}

function isMapOf(value: unknown): value is ReadonlyMap<string, never> {
  return value instanceof Map || (typeof value === 'object' && value !== null && isMap(Object(value)))
}
