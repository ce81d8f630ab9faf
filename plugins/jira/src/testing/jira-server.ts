// A Jira in small, after the public description of version 2 of its API: it knows one user, one project and its issues, and refuses the rest as it does.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { TestContext } from 'node:test'

export interface Asked {
  readonly request: string
  readonly body: ReturnType<typeof JSON.parse>
}

export interface JiraServer {
  readonly baseUrl: string
  readonly asked: readonly Asked[]
}

export const USER = { username: 'ada@example.com', password: 'ATATT-token' }
export const TOKEN = 'oauth-token'
const TRUSTED = [`Basic ${Buffer.from(`${USER.username}:${USER.password}`).toString('base64')}`, `Bearer ${TOKEN}`]

interface Reply {
  readonly code: number
  readonly json?: unknown
}

const errors = (code: number, byField: Readonly<Record<string, string>>, ...messages: string[]): Reply => ({
  code,
  json: { errorMessages: messages, errors: byField },
})

export async function jiraServer(t: TestContext): Promise<JiraServer> {
  const asked: Asked[] = []
  const answer = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { authorization, 'content-type': type } = incoming.headers
    const request = `${incoming.method} ${incoming.url}`
    const body = JSON.parse(await text(incoming))
    asked.push({ request, body })
    const { code, json } = TRUSTED.includes(authorization ?? '')
      ? type === 'application/json'
        ? judge(request, body)
        : { code: 415 }
      : errors(401, {}, 'You are not authenticated.')
    response.writeHead(code, { 'content-type': 'application/json;charset=UTF-8' })
    response.end(json === undefined ? undefined : JSON.stringify(json))
  }
  const server = createServer((incoming, response) => void answer(incoming, response))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return { baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, asked }
}

const SELF = 'https://jira.example.com/rest/api/2/issue/10042'

function judge(request: string, { fields, body }: Asked['body']): Reply {
  switch (request) {
    case 'POST /rest/api/2/issue':
      return judgeIssue(fields ?? {})
    case 'POST /rest/api/2/issue/DATA-53/comment':
      return typeof body === 'string' && body !== ''
        ? { code: 201, json: { id: '7', self: `${SELF}/comment/7`, body } }
        : errors(400, { comment: 'Comment body can not be empty!' })
    case 'PUT /rest/api/2/issue/DATA-53': {
      const unknown = Object.keys(fields).filter(name => !/^(description|priority|labels|customfield_\d+)$/.test(name))
      const said = unknown.map(name => [name, `Field '${name}' cannot be set. It is not on the appropriate screen.`])
      return unknown.length > 0 ? errors(400, Object.fromEntries(said)) : { code: 204 }
    }
  }
  return errors(404, {}, 'Issue does not exist or you do not have permission to see it.')
}

function judgeIssue({ project, summary, issuetype, labels = [] }: Asked['body']): Reply {
  const found: Record<string, string> = {}
  if (project?.key !== 'DATA') found['project'] = 'valid project is required'
  if (typeof summary !== 'string' || summary === '') found['summary'] = 'You must specify a summary of the issue.'
  if (issuetype?.name !== 'Task' && issuetype?.name !== 'Bug' && issuetype?.id !== '10001')
    found['issuetype'] = 'Specify a valid issue type'
  if (labels.some((label: string) => label.includes(' ')))
    found['labels'] = 'The label contains spaces which is invalid.'
  return Object.keys(found).length > 0
    ? errors(400, found)
    : { code: 201, json: { id: '10042', key: 'DATA-53', self: SELF } }
}
