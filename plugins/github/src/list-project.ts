// The issues on a board. Boards are known to GraphQL only, and it has no search in them: conditions are judged here.
import { defineTask, fetchRows, fromPlain, listIn, lookInto, numberIn, p, textIn } from '@batuta/plugin-sdk'
import { printValue, TaskError, type RunContext, type Value } from '@batuta/plugin-sdk'
import { connection, gitHubExample, openGitHub, type GitHub } from './connection.ts'
import { fetchTypeProperty, ROW_OUTPUTS } from './search/run-search.ts'

const TYPE = 'io.kestra.plugin.github.projects.List'

export const listProject = defineTask({
  type: TYPE,
  title: 'List the issues of a project.',
  description:
    'Of the boards of an organisation; the token needs `read:project`. Each row has `title`, `number`, `url`, `repository`, `createdAt`, `closedAt`, `assignees`, `labels`, `status`, `owner`, and the other fields of the board by their names.',
  properties: {
    ...connection,
    fetchType: fetchTypeProperty,
    organization: p.string().dynamic().required().group('main').title('The organisation.'),
    projectNumber: p.integer().dynamic().required().group('main').title('The number of the project.'),
    fields: p.map(p.string()).dynamic().group('processing').title('Only with these values of fields, by their names.'),
    status: p.list(p.string()).dynamic().group('processing').title('Only in one of these states.'),
    labels: p.list(p.string()).dynamic().group('processing').title('Only with one of these labels.'),
    limit: p.integer().dynamic().default(0).group('advanced').title('At most so many rows; 0 for all.'),
  },
  outputs: ROW_OUTPUTS.map(output =>
    output.name === 'total' ? { ...output, description: 'How many rows were found.' } : output,
  ),
  examples: [
    {
      title: 'What is being worked on?',
      full: true,
      code: gitHubExample(TYPE, 'organization: company\nprojectNumber: 1\nstatus: [In Progress]\nfetchType: FETCH'),
    },
  ],
  async run(ctx, props) {
    const github = await openGitHub(ctx, props)
    const board: Board = {
      organization: (await props.organization.render()).trim(),
      number: await props.projectNumber.render(),
    }
    const limit = await props.limit.render()
    const wanted = {
      fields: new Map([...((await props.fields.render()) ?? [])]),
      status: (await props.status.render()) ?? [],
      labels: (await props.labels.render()) ?? [],
    }
    const counted = { total: 0 }
    const rows = async function* (): AsyncGenerator<Value> {
      for await (const row of rowsOf(ctx, github, board)) {
        if (!isWanted(row, wanted)) continue
        counted.total += 1
        yield fromPlain(row)
        if (limit > 0 && counted.total === limit) return
      }
    }
    const fetchType = await props.fetchType.render()
    if (fetchType === 'NONE') for await (const _ of rows()) continue
    const fetched = await fetchRows(ctx, rows(), fetchType)
    return { ...fetched, total: counted.total }
  },
})

interface Board {
  readonly organization: string
  readonly number: number
}

interface Row {
  readonly status: unknown
  readonly labels: readonly string[]
  readonly [name: string]: unknown
}

interface Wanted {
  readonly fields: ReadonlyMap<string, string>
  readonly status: readonly string[]
  readonly labels: readonly string[]
}

function isWanted(row: Row, { fields, status, labels }: Wanted): boolean {
  const textOf = (name: string): string => printValue(fromPlain(row[name] ?? null))
  return (
    [...fields].every(([name, value]) => textOf(name) === value) &&
    (status.length === 0 || status.includes(String(row.status))) &&
    (labels.length === 0 || row.labels.some(label => labels.includes(label)))
  )
}

const ITEMS_MAX = 1_000_000
const PAGE = 100
const NAMED = 'field { ... on ProjectV2FieldCommon { name } }'
const QUERY = `query($organization: String!, $number: Int!, $after: String) {
  organization(login: $organization) {
    projectV2(number: $number) {
      items(first: ${PAGE}, after: $after) {
        pageInfo { hasNextPage endCursor }
        nodes {
          fieldValues(first: 50) {
            nodes {
              ... on ProjectV2ItemFieldTextValue { ${NAMED} text }
              ... on ProjectV2ItemFieldSingleSelectValue { ${NAMED} name }
              ... on ProjectV2ItemFieldDateValue { ${NAMED} date }
              ... on ProjectV2ItemFieldNumberValue { ${NAMED} number }
              ... on ProjectV2ItemFieldIterationValue { ${NAMED} title }
            }
          }
          content {
            __typename
            ... on Issue {
              number title url createdAt closedAt
              repository { name }
              assignees(first: 50) { nodes { login } }
              labels(first: 50) { nodes { name } }
            }
          }
        }
      }
    }
  }
}`

async function* rowsOf(ctx: RunContext, github: GitHub, { organization, number }: Board): AsyncGenerator<Row> {
  let after: string | undefined
  for (let seen = 0; seen < ITEMS_MAX; seen += PAGE) {
    ctx.signal.throwIfAborted()
    const data = await github.askGraph(QUERY, { organization, number, after: after ?? null })
    const project = lookInto(data, 'organization', 'projectV2') ?? null
    if (project === null) throw new TaskError(`"${organization}" has no project ${number}, or the token may not see it`)
    for (const item of listIn(project, 'items', 'nodes'))
      if (textIn(item, 'content', '__typename') === 'Issue') yield rowOf(item)
    after = textIn(project, 'items', 'pageInfo', 'endCursor')
    if (lookInto(project, 'items', 'pageInfo', 'hasNextPage') !== true || after === undefined) return
  }
}

function rowOf(item: unknown): Row {
  const fields = new Map<string, unknown>()
  for (const value of listIn(item, 'fieldValues', 'nodes')) {
    const name = textIn(value, 'field', 'name')
    const found = ['text', 'name', 'date', 'number', 'title'].map(key => lookInto(value, key))
    if (name !== undefined) fields.set(name, found.find(one => one !== undefined) ?? null)
  }
  const content = lookInto(item, 'content')
  return {
    ...Object.fromEntries(fields),
    title: textIn(content, 'title') ?? null,
    number: numberIn(content, 'number') ?? null,
    url: textIn(content, 'url') ?? null,
    repository: textIn(content, 'repository', 'name') ?? null,
    createdAt: textIn(content, 'createdAt') ?? null,
    closedAt: textIn(content, 'closedAt') ?? null,
    assignees: listIn(content, 'assignees', 'nodes').map(user => textIn(user, 'login') ?? ''),
    labels: listIn(content, 'labels', 'nodes').map(label => textIn(label, 'name') ?? ''),
    status: fields.get('Status') ?? null,
    owner: fields.get('Owner') ?? null,
  }
}
