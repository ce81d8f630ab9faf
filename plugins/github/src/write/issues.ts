import { defineTask, jsonText, listIn, lookInto, mapEntries, numberIn, p, TaskError, textIn } from '@batuta/plugin-sdk'
import { Ending, type RunContext, type ValueMap } from '@batuta/plugin-sdk'
import { connection, gitHubExample, openGitHub, parseRepository, repositoryProperty } from '../connection.ts'
import type { GitHub, Repository } from '../connection.ts'

const PREFIX = 'io.kestra.plugin.github.issues'

export const createIssue = defineTask({
  type: `${PREFIX}.Create`,
  title: 'Open an issue.',
  description:
    'Fields are those that the organisation has given its issues, by their names or ids; they are looked up before the issue is made. A field that GitHub leaves out, for want of a permission, ends the task with WARNING.',
  properties: {
    ...connection,
    repository: repositoryProperty,
    title: p.string().dynamic().group('main').title('Its title.'),
    body: p.string().dynamic().group('main').language('markdown').title('Its text, in Markdown.'),
    labels: p.list(p.string()).dynamic().group('advanced').title('Its labels.'),
    assignees: p.list(p.string()).dynamic().group('advanced').title('The users who are to see to it.'),
    fields: p.map().dynamic().group('advanced').title('Values of its fields, by their names or ids.'),
  },
  outputs: [
    { name: 'issueUrl', type: 'URL', description: 'Where people read it.' },
    { name: 'issueNumber', type: 'int', description: 'Its number.' },
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
    type: ${PREFIX}.Create
    oauthToken: "{{ secret('GITHUB_TOKEN') }}"
    repository: company/website
    title: "{{ flow.id }} failed"
    body: "Execution {{ execution.id }} failed."
    labels: [bug]
`,
    },
  ],
  async run(ctx, props) {
    const github = await openGitHub(ctx, props)
    const repository = parseRepository(await props.repository.render())
    const title = (await props.title.render())?.trim() ?? ''
    if (title === '') throw new TaskError('property "title" is missing: an issue needs one')
    const values = await fieldValues(github, repository, await props.fields.render())
    const issue = await github.ask({
      method: 'POST',
      path: `${repository.path}/issues`,
      json: {
        title,
        body: await props.body.render(),
        labels: await props.labels.render(),
        assignees: await props.assignees.render(),
        issue_field_values: values.length === 0 ? undefined : values,
      },
    })
    const outputs = { issueUrl: textIn(issue, 'html_url'), issueNumber: numberIn(issue, 'number') }
    return keptAll(ctx, issue, values) ? outputs : new Ending('WARNING', outputs)
  },
})

interface FieldValue {
  readonly name: string
  readonly field_id: number
  readonly value: unknown
  /** The name is ours: it stays out of what is sent. */
  toJSON(): unknown
}

async function fieldValues(
  github: GitHub,
  { owner }: Repository,
  fields: ValueMap | undefined,
): Promise<readonly FieldValue[]> {
  const wanted = fields === undefined ? [] : [...mapEntries(fields)]
  if (wanted.length === 0) return []
  const known = await github.ask({ path: `/orgs/${encodeURIComponent(owner)}/issue-fields` })
  const definitions = Array.isArray(known) ? known : []
  return wanted.map(([name, value]) => {
    const found = definitions.find(one => ['name', 'node_id', 'id'].some(key => textIn(one, key) === name))
    const id = numberIn(found, 'id')
    if (id === undefined) {
      const names = definitions.map(one => textIn(one, 'name')).join(', ')
      throw new TaskError(`issues of "${owner}" have no field "${name}"; they have: ${names || 'none'}`)
    }
    const written = { field_id: id, value: JSON.parse(jsonText(value)) }
    return { name, ...written, toJSON: () => written }
  })
}

function keptAll(ctx: RunContext, issue: unknown, values: readonly FieldValue[]): boolean {
  const kept = listIn(issue, 'issue_field_values').map(one => lookInto(one, 'issue_field_id'))
  const lost = values.filter(({ field_id }) => !kept.includes(field_id)).map(({ name }) => name)
  if (lost.length > 0) ctx.logger.warn(`GitHub made the issue without: ${lost.join(', ')}`)
  return lost.length === 0
}

export const commentIssue = defineTask({
  type: `${PREFIX}.Comment`,
  title: 'Comment on an issue.',
  description: 'Or on a pull request: GitHub numbers both together.',
  properties: {
    ...connection,
    repository: repositoryProperty,
    issueNumber: p.integer().dynamic().required().group('main').title('The number of the issue.'),
    body: p.string().dynamic().group('main').language('markdown').title('The comment, in Markdown.'),
  },
  outputs: [
    { name: 'issueUrl', type: 'URL', description: 'Where people read the issue.' },
    { name: 'commentUrl', type: 'URL', description: 'Where people read the comment.' },
  ],
  examples: [
    {
      title: 'Say where the execution is.',
      full: true,
      code: gitHubExample(
        `${PREFIX}.Comment`,
        'repository: company/website\nissueNumber: 1347\nbody: "Handled by {{ execution.id }}."',
      ),
    },
  ],
  async run(ctx, props) {
    const github = await openGitHub(ctx, props)
    const { path } = parseRepository(await props.repository.render())
    const body = (await props.body.render()) ?? ''
    if (body.trim() === '') throw new TaskError('property "body" is missing: there is nothing to say')
    const comment = await github.ask({
      method: 'POST',
      path: `${path}/issues/${await props.issueNumber.render()}/comments`,
      json: { body },
    })
    const commentUrl = textIn(comment, 'html_url')
    return { issueUrl: commentUrl?.replace(/#.*$/, ''), commentUrl }
  },
})
