// Who this server is for AWS: what is configured, else what AWS's own tools look for – variables, the web identity of a Kubernetes service account, the
// endpoint of the container, the metadata of the machine. With a role they are exchanged for those of the role.
import { call, refusal, textAt, valueOf } from './call.ts'
import type { Expiring } from './expiring.ts'
import { ManagerError } from './manager-error.ts'
import type { ManagerOptions } from './options.ts'
import { signRequest, type AwsCredentials } from './sigv4.ts'

const NAME = 'AWS'
const METADATA = 'http://169.254.169.254'
const CONTAINER = 'http://169.254.170.2'
const SESSION = 'batuta'
const TOKEN_SECONDS = '300'

type Found = Expiring<AwsCredentials>

export function credentialsOf(options: ManagerOptions, region: string): () => Promise<Found> {
  const own = ownCredentialsOf(options, region)
  const role = options.text('sts-role-arn') ?? options.text('role-arn')
  if (role === undefined) return own
  return async () => await assumeRole(options, { role, region, credentials: (await own()).value })
}

function ownCredentialsOf(options: ManagerOptions, region: string): () => Promise<Found> {
  const { environment } = options.world
  if (options.has('access-key-id'))
    return () =>
      Promise.resolve({
        value: {
          accessKeyId: options.required('access-key-id'),
          secretAccessKey: options.text('secret-access-key') ?? options.required('secret-key-id'),
          sessionToken: options.text('session-token'),
        },
      })
  return async () => {
    const accessKeyId = environment['AWS_ACCESS_KEY_ID']
    const secretAccessKey = environment['AWS_SECRET_ACCESS_KEY']
    if (accessKeyId !== undefined && secretAccessKey !== undefined)
      return { value: { accessKeyId, secretAccessKey, sessionToken: environment['AWS_SESSION_TOKEN'] } }
    const tokenFile = environment['AWS_WEB_IDENTITY_TOKEN_FILE']
    const roleArn = environment['AWS_ROLE_ARN']
    if (tokenFile !== undefined && roleArn !== undefined)
      return await fromWebIdentity(options, { region, tokenFile, roleArn })
    return await fromEndpoint(options)
  }
}

interface RoleWish {
  readonly role: string
  readonly region: string
  readonly credentials: AwsCredentials
}

async function assumeRole(options: ManagerOptions, { role, region, credentials }: RoleWish): Promise<Found> {
  const url = stsOf(options, region)
  const body = new URLSearchParams({
    ...{ Action: 'AssumeRole', Version: '2011-06-15', RoleArn: role },
    RoleSessionName: options.text('sts-role-session-name') ?? SESSION,
    ...optional('ExternalId', options.text('sts-role-external-id')),
  }).toString()
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const request = { url, headers, body, region, service: 'sts', nowMs: options.world.nowMs() }
  return await fromSts({ url, body, headers: signRequest(request, credentials) })
}

async function fromWebIdentity(
  options: ManagerOptions,
  { region, tokenFile, roleArn }: { readonly region: string; readonly tokenFile: string; readonly roleArn: string },
): Promise<Found> {
  const url = stsOf(options, region)
  const body = new URLSearchParams({
    ...{ Action: 'AssumeRoleWithWebIdentity', Version: '2011-06-15', RoleArn: roleArn },
    RoleSessionName: options.world.environment['AWS_ROLE_SESSION_NAME'] ?? SESSION,
    WebIdentityToken: options.named('AWS_WEB_IDENTITY_TOKEN_FILE', tokenFile),
  }).toString()
  return await fromSts({ url, body, headers: { 'content-type': 'application/x-www-form-urlencoded' } })
}

function stsOf(options: ManagerOptions, region: string): string {
  return options.text('sts-endpoint-override') ?? `https://sts.${region}.amazonaws.com/`
}

async function fromSts(sent: {
  readonly url: string
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
}): Promise<Found> {
  const reply = await call({ name: NAME, method: 'POST', ...sent })
  if (reply.status !== 200) throw refusal(reply, NAME, 'the credentials of the role')
  const field = (name: string): string | undefined => new RegExp(`<${name}>([^<]+)</${name}>`).exec(reply.text)?.[1]
  return found(field('AccessKeyId'), {
    secretAccessKey: field('SecretAccessKey'),
    sessionToken: field('SessionToken'),
    until: field('Expiration'),
  })
}

async function fromEndpoint({ world }: ManagerOptions): Promise<Found> {
  const { environment } = world
  const full = environment['AWS_CONTAINER_CREDENTIALS_FULL_URI']
  const relative = environment['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI']
  if (full !== undefined || relative !== undefined)
    return await readDocument(full ?? `${CONTAINER}${relative ?? ''}`, containerHeaders(environment))
  const base = environment['AWS_EC2_METADATA_SERVICE_ENDPOINT']?.replace(/\/$/, '') ?? METADATA
  const session = await call({
    ...{ name: NAME, method: 'PUT', url: `${base}/latest/api/token` },
    headers: { 'X-aws-ec2-metadata-token-ttl-seconds': TOKEN_SECONDS },
  })
  if (session.status !== 200) throw refusal(session, NAME, 'the credentials of this machine')
  const headers = { 'X-aws-ec2-metadata-token': session.text }
  const place = `${base}/latest/meta-data/iam/security-credentials/`
  const role = await call({ name: NAME, method: 'GET', url: place, headers })
  if (role.status !== 200) throw refusal(role, NAME, 'the role of this machine')
  return await readDocument(`${place}${encodeURIComponent(role.text.trim())}`, headers)
}

function containerHeaders(environment: ManagerOptions['world']['environment']): Record<string, string> {
  const token = environment['AWS_CONTAINER_AUTHORIZATION_TOKEN']
  return token === undefined ? {} : { Authorization: token }
}

async function readDocument(url: string, headers: Readonly<Record<string, string>>): Promise<Found> {
  const reply = await call({ name: NAME, method: 'GET', url, headers })
  if (reply.status !== 200) throw refusal(reply, NAME, 'the credentials of this machine')
  const value = valueOf(reply, NAME)
  return found(textAt(value, 'AccessKeyId'), {
    secretAccessKey: textAt(value, 'SecretAccessKey'),
    sessionToken: textAt(value, 'Token'),
    until: textAt(value, 'Expiration'),
  })
}

interface Rest {
  readonly secretAccessKey: string | undefined
  readonly sessionToken: string | undefined
  readonly until: string | undefined
}

function found(accessKeyId: string | undefined, { secretAccessKey, sessionToken, until }: Rest): Found {
  if (accessKeyId === undefined || secretAccessKey === undefined)
    throw new ManagerError('malformed', `${NAME} answered without credentials.`)
  const untilMs = until === undefined ? undefined : Date.parse(until)
  return { value: { accessKeyId, secretAccessKey, sessionToken }, untilMs }
}

function optional(name: string, value: string | undefined): Record<string, string> {
  return value === undefined ? {} : { [name]: value }
}
