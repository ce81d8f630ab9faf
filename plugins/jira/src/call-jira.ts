// Calls of Jira's API, of the cloud or of a server of one's own: both know version 2, whose texts are texts and not documents.
import { answerJson, clientCall, clientOptions, expectHttp, isStorageUri, p, TaskError } from '@batuta/plugin-sdk'
import type { LazyProperties, RunContext, ValueMap } from '@batuta/plugin-sdk'

export const jiraProperties = {
  ...clientOptions,
  baseUrl: p
    .string()
    .dynamic()
    .required()
    .group('connection')
    .title('The address of Jira, such as https://company.atlassian.net.'),
  username: p.string().dynamic().group('connection').title('A user; in the cloud the mail address.'),
  password: p.string().dynamic().secret().group('connection').title('The password; in the cloud an API token.'),
  accessToken: p
    .string()
    .dynamic()
    .secret()
    .group('connection')
    .title('A token of OAuth, or a personal access token of a server.'),
  payload: p
    .string()
    .dynamic()
    .group('advanced')
    .language('json')
    .title('What is sent instead of what the other properties say, as JSON.'),
  templateUri: p
    .string()
    .dynamic()
    .group('advanced')
    .title('A template of what is sent: the URI of a stored file, which renders to JSON.'),
  projectKey: p.string().dynamic().group('connection').title('The key of the project.'),
  summary: p.string().dynamic().group('advanced').title('The summary of the issue.'),
  description: p.string().dynamic().group('advanced').title('The text of the issue.'),
  labels: p.list(p.string()).dynamic().group('advanced').title('The labels of the issue.'),
  issueTypeId: p.string().dynamic().group('advanced').title('The id of the type of the issue; a Task without it.'),
} as const

/** Flows write these where nothing is done with them: issues that exist have their project, summary, … */
const NEEDLESS = 'The issue has one already: leave it out.'

export const existingIssueProperties = {
  ...jiraProperties,
  projectKey: jiraProperties.projectKey.deprecated(NEEDLESS),
  issueIdOrKey: p.string().dynamic().required().group('main').title('The issue: its key, such as DATA-53, or its id.'),
} as const

export type JiraProps = LazyProperties<typeof jiraProperties>

export interface Jira {
  /** Where people look. */
  readonly site: string
  ask(method: 'POST' | 'PUT', path: string, body: string): Promise<unknown>
}

export async function openJira(ctx: RunContext, props: JiraProps): Promise<Jira> {
  const written = (await props.baseUrl.render()).trim().replace(/\/+$/, '')
  const site = /^https?:\/\//i.test(written) ? written : `https://${written}`
  const authorization = await authorizationOf(ctx, props)
  const how = clientCall(await props.options.render())
  return {
    site,
    ask: async (method, path, body) => {
      const headers = { authorization, accept: 'application/json', 'content-type': 'application/json' }
      return answerJson(await expectHttp(ctx, { ...how, method, url: `${site}/rest/api/2${path}`, headers, body }))
    },
  }
}

async function authorizationOf(ctx: RunContext, props: JiraProps): Promise<string> {
  const [username, password, token] = [
    await props.username.render(),
    await props.password.render(),
    await props.accessToken.render(),
  ]
  for (const secret of [password, token]) if (secret) ctx.mask(secret)
  if (username && password) return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
  if (token) return `Bearer ${token.trim()}`
  throw new TaskError('give "username" and "password", or "accessToken": Jira lets nobody in without')
}

/** What the author says himself goes before what the properties come to. */
export async function bodyOf(ctx: RunContext, props: JiraProps, ours: object, scope: ValueMap): Promise<string> {
  const payload = await props.payload.render()
  if (payload !== undefined && payload.trim() !== '') return checkedJson('payload', payload)
  const uri = (await props.templateUri.render())?.trim() ?? ''
  // The names of the templates that Kestra brings along mean what the properties come to.
  if (uri === '' || /^[\w.-]+\.peb$/.test(uri)) return JSON.stringify(ours)
  if (!isStorageUri(uri)) throw new TaskError(`property "templateUri" must be the URI of a stored file, not "${uri}"`)
  return checkedJson('templateUri', await ctx.renderText(await ctx.files.readText(uri), scope))
}

function checkedJson(property: string, text: string): string {
  try {
    JSON.parse(text)
    return text
  } catch (cause) {
    throw new TaskError(`property "${property}" must come to JSON: write texts with the filter toJson`, { cause })
  }
}

export function jiraExample(type: string, lines: string): string {
  return `id: jira
namespace: company.team

tasks:
  - id: ask
    type: ${type}
    baseUrl: https://company.atlassian.net
    username: ada@example.com
    password: "{{ secret('JIRA_TOKEN') }}"
${lines.replace(/^(?=.)/gm, '    ')}
`
}
