// AWS Signature Version 4 of a POST request, as AWS's reference describes it: canonical request, text to sign, a key derived day by day.
import { createHash, createHmac } from 'node:crypto'

export interface AwsCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string | undefined
}

export interface AwsRequest {
  readonly url: string
  /** In lower case; `host` and those of the signature are added. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly region: string
  readonly service: string
  readonly nowMs: number
}

const ALGORITHM = 'AWS4-HMAC-SHA256'

/** All headers to send. */
export function signRequest(
  { url, headers, body, region, service, nowMs }: AwsRequest,
  { accessKeyId, secretAccessKey, sessionToken }: AwsCredentials,
): Readonly<Record<string, string>> {
  const { host, pathname, searchParams } = new URL(url)
  const moment = new Date(nowMs).toISOString().replaceAll(/[-:]|\.\d{3}/g, '')
  const day = moment.slice(0, 8)
  const all: Record<string, string> = {
    ...headers,
    host,
    'x-amz-date': moment,
    ...(sessionToken === undefined ? {} : { 'x-amz-security-token': sessionToken }),
  }
  const names = Object.keys(all).sort()
  const signed = names.join(';')
  const canonical = [
    'POST',
    pathname
      .split('/')
      .map(segment => encode(decodeURIComponent(segment)))
      .join('/'),
    [...searchParams]
      .map(([name, value]) => `${encode(name)}=${encode(value)}`)
      .sort()
      .join('&'),
    ...names.map(name => `${name}:${(all[name] ?? '').trim().replaceAll(/\s+/g, ' ')}`),
    '',
    signed,
    hash(body),
  ].join('\n')
  const scope = `${day}/${region}/${service}/aws4_request`
  const toSign = [ALGORITHM, moment, scope, hash(canonical)].join('\n')
  const key = ['aws4_request', service, region, day].reduceRight<Buffer>(
    (outer, part) => mac(outer, part),
    Buffer.from(`AWS4${secretAccessKey}`),
  )
  const signature = mac(key, toSign).toString('hex')
  const { host: _host, ...sent } = all
  return {
    ...sent,
    authorization: `${ALGORITHM} Credential=${accessKeyId}/${scope}, SignedHeaders=${signed}, Signature=${signature}`,
  }
}

/** As `encodeURIComponent`, and the signs that it leaves. */
function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, sign => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
}

function hash(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex')
}

function mac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text, 'utf8').digest()
}
