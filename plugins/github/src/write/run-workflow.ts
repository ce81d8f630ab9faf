import { defineTask, jsonText, mapEntries, p, printValue, TaskError } from '@batuta/plugin-sdk'
import { connection, gitHubExample, openGitHub, parseRepository, repositoryProperty } from '../connection.ts'

const TYPE = 'io.kestra.plugin.github.actions.RunWorkflow'

export const runWorkflow = defineTask({
  type: TYPE,
  title: 'Start a workflow of GitHub Actions.',
  description: 'The workflow must have the trigger `workflow_dispatch`. The task ends when GitHub has taken the call.',
  properties: {
    ...connection,
    repository: repositoryProperty,
    workflowId: p.string().dynamic().group('advanced').title('The workflow: its number, or the name of its file.'),
    ref: p.string().dynamic().group('advanced').title('The branch or tag to run it on.'),
    inputs: p.map().dynamic().group('source').title('Inputs of the workflow.'),
  },
  examples: [
    {
      title: 'Deploy when the data is there.',
      full: true,
      code: gitHubExample(
        TYPE,
        'repository: company/website\nworkflowId: deploy.yml\nref: main\ninputs:\n  environment: production',
      ),
    },
  ],
  async run(ctx, props) {
    const github = await openGitHub(ctx, props)
    const { path } = parseRepository(await props.repository.render())
    const [workflow, ref] = [(await props.workflowId.render())?.trim(), (await props.ref.render())?.trim()]
    if (!workflow) throw new TaskError('property "workflowId" is missing: the number or the file of the workflow')
    if (!ref) throw new TaskError('property "ref" is missing: the branch or tag to run the workflow on')
    const inputs = await props.inputs.render()
    await github.ask({
      method: 'POST',
      path: `${path}/actions/workflows/${encodeURIComponent(workflow)}/dispatches`,
      json: {
        ref,
        // GitHub takes texts, whatever type the workflow gives its inputs.
        inputs:
          inputs &&
          Object.fromEntries(
            [...mapEntries(inputs)].map(([name, value]) => [
              name,
              value !== null && typeof value === 'object' ? jsonText(value) : printValue(value),
            ]),
          ),
      },
    })
    ctx.logger.info(`${workflow} was started on ${ref}`)
  },
})
