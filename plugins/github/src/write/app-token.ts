import { createPrivateKey, sign, type KeyObject } from 'node:crypto'
import { defineTask, p, TaskError, textIn } from '@batuta/plugin-sdk'
import { DEFAULT_ENDPOINT, endpointProperty, gitHubAt } from '../connection.ts'

const TYPE = 'io.kestra.plugin.github.auth.AppToken'

export const appToken = defineTask({
  type: TYPE,
  title: 'Get a token of an app that is installed.',
  description:
    'The token lives for an hour. It is kept encrypted among the outputs: later tasks read it, logs hide it.',
  properties: {
    clientId: p.string().dynamic().required().group('main').title('The client id of the app, or its number.'),
    installationId: p.string().dynamic().required().group('main').title('The number of the installation.'),
    privateKey: p
      .string()
      .dynamic()
      .required()
      .secret()
      .group('connection')
      .title('The private key of the app, in PEM.'),
    endpoint: endpointProperty.default(DEFAULT_ENDPOINT),
  },
  outputs: [
    { name: 'token', type: 'string', description: 'For `appInstallationToken` of the other tasks.' },
    { name: 'expiresAt', type: 'datetime', description: 'Until when it is good.' },
  ],
  examples: [
    {
      title: 'Comment as an app.',
      full: true,
      code: `id: app
namespace: company.team

tasks:
  - id: token
    type: ${TYPE}
    clientId: "{{ secret('GITHUB_APP_ID') }}"
    installationId: "52068731"
    privateKey: "{{ secret('GITHUB_APP_KEY') }}"

  - id: comment
    type: io.kestra.plugin.github.issues.Comment
    appInstallationToken: "{{ outputs.token.token }}"
    repository: company/website
    issueNumber: 1347
    body: Seen.
`,
    },
  ],
  async run(ctx, props) {
    const privateKey = await props.privateKey.render()
    ctx.mask(privateKey)
    const jwt = signed(await props.clientId.render(), readKey(privateKey))
    ctx.mask(jwt)
    const installation = encodeURIComponent((await props.installationId.render()).trim())
    const answer = await gitHubAt(ctx, await props.endpoint.render(), jwt).ask({
      method: 'POST',
      path: `/app/installations/${installation}/access_tokens`,
    })
    const token = textIn(answer, 'token')
    if (token === undefined) throw new TaskError('GitHub answered without a token')
    ctx.mask(token)
    return { token, expiresAt: textIn(answer, 'expires_at') }
  },
})

/** GitHub's clock may be behind ours; it takes ten minutes at most. */
const BEFORE_SECONDS = 60
const AFTER_SECONDS = 9 * 60

function signed(clientId: string, key: KeyObject): string {
  const now = Math.floor(new Date().getTime() / 1000)
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const claims = { iat: now - BEFORE_SECONDS, exp: now + AFTER_SECONDS, iss: clientId.trim() }
  const text = `${part({ alg: 'RS256', typ: 'JWT' })}.${part(claims)}`
  return `${text}.${sign('RSA-SHA256', Buffer.from(text), key).toString('base64url')}`
}

/** Secrets in one line have their line breaks written as `\n`. */
function readKey(written: string): KeyObject {
  try {
    const key = createPrivateKey(written.trim().replaceAll('\\n', '\n'))
    if (key.asymmetricKeyType === 'rsa') return key
  } catch {
    // Whatever the reader says of it, the way out is the same, and its words must not show the key.
  }
  throw new TaskError(
    'property "privateKey" must be an RSA key in PEM, as GitHub gives it: -----BEGIN RSA PRIVATE KEY-----',
  )
}
