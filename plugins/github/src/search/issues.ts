import { defineTask, listIn, numberIn, p, textIn } from '@batuta/plugin-sdk'
import { gitHubExample, repositoryProperty } from '../connection.ts'
import { ABOUT_SEARCH, condition, flag, ROW_OUTPUTS, runSearch, searchProperties, spelled } from './run-search.ts'

const TYPE = 'io.kestra.plugin.github.issues.Search'

/** Shared by issues and pull requests, which GitHub numbers and searches as one. */
export const issueProperties = {
  ...searchProperties,
  repository: repositoryProperty,
  mentions: p.string().dynamic().group('advanced').title('That mention this user.'),
  open: p.boolean().dynamic().group('advanced').title('Only those that are open.'),
  closed: p.boolean().dynamic().group('advanced').title('Only those that are closed.'),
  merged: p.boolean().dynamic().group('advanced').title('Only those that are merged.'),
  sort: p
    .enum('CREATED', 'UPDATED', 'COMMENTS')
    .dynamic()
    .default('CREATED')
    .group('processing')
    .title('By when they were made or changed, or by the number of their comments.'),
} as const

export const searchIssues = defineTask({
  type: TYPE,
  title: 'Search for issues.',
  description: `For GitHub a pull request is an issue, too: \`is:issue\` in the query leaves them out. Who closed an issue is known with a token only. ${ABOUT_SEARCH}`,
  properties: issueProperties,
  outputs: ROW_OUTPUTS,
  examples: [
    {
      title: 'Which bugs are open?',
      full: true,
      code: gitHubExample(
        TYPE,
        'repository: company/website\nquery: "is:issue label:bug"\nopen: true\nfetchType: FETCH',
      ),
    },
  ],
  async run(ctx, props) {
    return await runSearch(ctx, props, {
      path: '/search/issues',
      terms: [
        await props.query.render(),
        condition('mentions', await props.mentions.render()),
        flag('is:open', await props.open.render()),
        flag('is:closed', await props.closed.render()),
        flag('is:merged', await props.merged.render()),
        condition('repo', await props.repository.render()),
      ],
      sort: spelled(await props.sort.render()),
      selection: `... on Issue { ${CLOSED_BY} } ... on PullRequest { ${CLOSED_BY} }`,
      row: issueRow,
    })
  },
})

export const CLOSED_BY =
  'timelineItems(last: 1, itemTypes: [CLOSED_EVENT]) { nodes { ... on ClosedEvent { actor { login } } } }'

export function issueRow(item: unknown, details: unknown): Readonly<Record<string, unknown>> {
  const url = textIn(item, 'html_url') ?? null
  const isClosed = textIn(item, 'state') === 'closed'
  return {
    number: numberIn(item, 'number') ?? null,
    title: textIn(item, 'title') ?? null,
    state: textIn(item, 'state')?.toUpperCase() ?? null,
    state_reason: textIn(item, 'state_reason')?.toUpperCase() ?? null,
    owner: textIn(item, 'user', 'login') ?? null,
    assignee: textIn(item, 'assignee', 'login') ?? null,
    assignees: listIn(item, 'assignees').map(user => textIn(user, 'login') ?? null),
    created_at: textIn(item, 'created_at') ?? null,
    closed_at: textIn(item, 'closed_at') ?? null,
    closed_by: isClosed ? (textIn(details, 'timelineItems', 'nodes', 0, 'actor', 'login') ?? null) : null,
    comments: numberIn(item, 'comments') ?? null,
    labels: listIn(item, 'labels').map(label => textIn(label, 'name') ?? null),
    repository_name: textIn(item, 'repository_url')?.split('/').at(-1) ?? null,
    repository_url: url?.replace(/\/(?:issues|pull)\/\d+$/, '') ?? null,
    url,
  }
}
