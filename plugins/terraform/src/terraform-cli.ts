import {
  bindProperties,
  defineTask,
  p,
  renderCommands,
  runScript,
  SCRIPT_OUTPUTS,
  scriptProperties,
} from '@batuta/plugin-sdk'

const TYPE = 'io.kestra.plugin.terraform.cli.TerraformCLI'
const { beforeCommands, env, failFast, docker, taskRunner, namespaceFiles, inputFiles, outputFiles } = scriptProperties

const EXAMPLE = `id: infrastructure
namespace: company.team

tasks:
  - id: apply
    type: ${TYPE}
    taskRunner:
      type: io.kestra.plugin.core.runner.Process
    env:
      TF_IN_AUTOMATION: "true"
    inputFiles:
      main.tf: |
        resource "terraform_data" "greeting" {
          input = "hello"
        }
    beforeCommands:
      - terraform init -input=false
    commands:
      - terraform plan -input=false -out=plan
      - terraform apply -input=false plan
    outputFiles:
      - "*.tfstate"
`

export const terraformCli = defineTask({
  type: TYPE,
  title: 'Run Terraform or OpenTofu commands.',
  description:
    'Any commands that the image or the machine has; a state that is to stay needs a backend or `outputFiles`.',
  properties: {
    beforeCommands,
    env,
    failFast,
    docker,
    taskRunner,
    namespaceFiles,
    inputFiles,
    outputFiles,
    containerImage: p
      .string()
      .dynamic()
      .default('hashicorp/terraform')
      .group('execution')
      .title('Image for runners in containers.'),
    commands: p.list(p.string()).dynamic().required().group('main').title('The commands, one after the other.'),
  },
  outputs: SCRIPT_OUTPUTS,
  examples: [{ title: 'Plan and apply.', full: true, code: EXAMPLE }],
  run: (ctx, props) =>
    runScript(ctx, { ...bindProperties(scriptProperties, {}, ctx), ...props }, session =>
      renderCommands(session, props.commands),
    ),
})
