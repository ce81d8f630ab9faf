import { defineTask, TaskError, textIn } from '@batuta/plugin-sdk'
import { bodyOf, jiraExample, jiraProperties, openJira } from './call-jira.ts'

const TYPE = 'io.kestra.plugin.jira.issues.Create'

export const createIssue = defineTask({
  type: TYPE,
  title: 'Open an issue in Jira.',
  properties: { ...jiraProperties, projectKey: jiraProperties.projectKey.required() },
  outputs: [
    { name: 'id', type: 'string', description: 'Its id.' },
    { name: 'key', type: 'string', description: 'Its key, such as DATA-53.' },
    { name: 'url', type: 'string', description: 'Where people read it.' },
    { name: 'self', type: 'string', description: 'Its address in the API.' },
  ],
  examples: [
    {
      title: 'Open one when a flow fails.',
      full: true,
      code: `id: nightly
namespace: company.team

tasks:
  - id: work
    type: io.kestra.plugin.core.execution.Fail

errors:
  - id: tell
    type: ${TYPE}
    baseUrl: https://company.atlassian.net
    username: ada@example.com
    password: "{{ secret('JIRA_TOKEN') }}"
    projectKey: DATA
    summary: "{{ flow.id }} failed"
    description: "Execution {{ execution.id }} failed."
    labels: [nightly]
`,
    },
    {
      title: 'Say everything as Jira takes it.',
      full: true,
      code: jiraExample(
        TYPE,
        'projectKey: DATA\npayload: |\n  {"fields": {"project": {"key": "DATA"}, "issuetype": {"name": "Bug"}, "summary": "Broken"}}',
      ),
    },
  ],
  async run(ctx, props) {
    const jira = await openJira(ctx, props)
    const said = {
      projectKey: (await props.projectKey.render()).trim(),
      summary: await props.summary.render(),
      description: await props.description.render(),
      labels: await props.labels.render(),
      issueTypeId: await props.issueTypeId.render(),
    }
    const { summary, description, labels, issueTypeId } = said
    const fields = {
      project: { key: said.projectKey },
      issuetype: issueTypeId === undefined ? { name: 'Task' } : { id: issueTypeId },
      ...{ summary, description, labels },
    }
    const scope = Object.fromEntries(Object.entries(said).map(([name, value]) => [name, value ?? null]))
    const issue = await jira.ask('POST', '/issue', await bodyOf(ctx, props, { fields }, scope))
    const key = textIn(issue, 'key')
    if (key === undefined) throw new TaskError('Jira answered without the key of an issue: look at "baseUrl"')
    return { id: textIn(issue, 'id'), key, url: `${jira.site}/browse/${key}`, self: textIn(issue, 'self') }
  },
})
