// Tasks on an issue that is there.
import { defineTask, jsonText, p, TaskError, textIn } from '@batuta/plugin-sdk'
import { bodyOf, existingIssueProperties, jiraExample, openJira } from './call-jira.ts'

const COMMENT = 'io.kestra.plugin.jira.issues.CreateComment'

export const createComment = defineTask({
  type: COMMENT,
  title: 'Comment on an issue in Jira.',
  properties: {
    ...existingIssueProperties,
    body: p.string().dynamic().required().group('main').title('The comment.'),
  },
  outputs: [
    { name: 'id', type: 'string', description: 'The id of the comment.' },
    { name: 'issueIdOrKey', type: 'string', description: 'The issue.' },
    { name: 'url', type: 'string', description: 'Where people read the comment.' },
    { name: 'self', type: 'string', description: 'Its address in the API.' },
  ],
  examples: [
    {
      title: 'Say that it runs again.',
      full: true,
      code: jiraExample(COMMENT, 'issueIdOrKey: DATA-53\nbody: "{{ execution.id }} went well."'),
    },
  ],
  async run(ctx, props) {
    const jira = await openJira(ctx, props)
    const issueIdOrKey = (await props.issueIdOrKey.render()).trim()
    const body = await props.body.render()
    const path = `/issue/${encodeURIComponent(issueIdOrKey)}`
    const comment = await jira.ask('POST', `${path}/comment`, await bodyOf(ctx, props, { body }, { body }))
    const id = textIn(comment, 'id')
    if (id === undefined) throw new TaskError('Jira answered without the id of a comment: look at "baseUrl"')
    const url = `${jira.site}/browse/${encodeURIComponent(issueIdOrKey)}?focusedCommentId=${id}`
    return { id, issueIdOrKey, url, self: textIn(comment, 'self') }
  },
})

const UPDATE = 'io.kestra.plugin.jira.issues.UpdateFields'

export const updateFields = defineTask({
  type: UPDATE,
  title: 'Change fields of an issue in Jira.',
  description: 'Values are sent as they are: texts, numbers, lists, and maps such as `{name: High}`.',
  properties: {
    ...existingIssueProperties,
    fields: p.map().dynamic().required().group('main').title('The new values of fields, by their names in the API.'),
  },
  examples: [
    {
      title: 'Change the text and a field of the company.',
      full: true,
      code: jiraExample(
        UPDATE,
        'issueIdOrKey: DATA-53\nfields:\n  description: "Seen by {{ execution.id }}"\n  priority:\n    name: High\n  customfield_10005: Platform',
      ),
    },
  ],
  async run(ctx, props) {
    const jira = await openJira(ctx, props)
    const path = `/issue/${encodeURIComponent((await props.issueIdOrKey.render()).trim())}`
    const fields = await props.fields.render()
    const body = await bodyOf(ctx, props, { fields: JSON.parse(jsonText(fields)) }, { fields })
    await jira.ask('PUT', path, body)
  },
})
