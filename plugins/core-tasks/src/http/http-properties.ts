// What the HTTP tasks have in common as properties. `options` is the union of two generations: nested groups since 0.22, flat names
// before; both are read.
import { p } from '@batuta/plugin-sdk'

const OLDER = 'Use the nested option instead.'

const options = p.object({
  timeout: p
    .object({
      connectTimeout: p.duration().dynamic().title('Time to connect.'),
      readIdleTimeout: p.duration().dynamic().title('Time without any byte of the response.'),
    })
    .title('Timeouts.'),
  proxy: p.object({
    type: p.enum('DIRECT', 'HTTP', 'SOCKS').dynamic().default('DIRECT'),
    address: p.string().dynamic(),
    port: p.integer().dynamic(),
    username: p.string().dynamic(),
    password: p.string().dynamic().secret(),
  }),
  auth: p.object({
    type: p.string().dynamic().title('BASIC, BEARER or DIGEST.'),
    username: p.string().dynamic(),
    password: p.string().dynamic().secret(),
    token: p.string().dynamic().secret(),
  }),
  ssl: p.object({ insecureTrustAllCertificates: p.boolean().dynamic().title('Do not verify the certificate.') }),
  followRedirects: p.boolean().dynamic().default(true),
  allowFailed: p.boolean().dynamic().title('Accept response codes from 400 on.'),
  allowedResponseCodes: p.list(p.integer()).dynamic().title('Response codes from 400 on that are accepted.'),
  defaultCharset: p.string().dynamic().default('UTF-8').title('Charset of responses that do not say theirs.'),
  logs: p.list(p.enum('REQUEST_HEADERS', 'REQUEST_BODY', 'RESPONSE_HEADERS', 'RESPONSE_BODY')).dynamic(),
  maxContentLength: p.bytes().dynamic().title('Largest response, in bytes.'),
  enabledTcpExtendedKeepAlive: p.boolean().dynamic(),
  connectTimeout: p.duration().dynamic().deprecated(OLDER),
  readTimeout: p.duration().dynamic().deprecated(OLDER),
  readIdleTimeout: p.duration().dynamic().deprecated(OLDER),
  connectionPoolIdleTimeout: p.duration().dynamic().deprecated(OLDER),
  basicAuthUser: p.string().dynamic().deprecated(OLDER),
  basicAuthPassword: p.string().dynamic().secret().deprecated(OLDER),
  proxyType: p.enum('DIRECT', 'HTTP', 'SOCKS').dynamic().deprecated(OLDER),
  proxyAddress: p.string().dynamic().deprecated(OLDER),
  proxyPort: p.integer().dynamic().deprecated(OLDER),
  proxyUsername: p.string().dynamic().deprecated(OLDER),
  proxyPassword: p.string().dynamic().secret().deprecated(OLDER),
  logLevel: p.string().dynamic().deprecated('Use `logs` instead.'),
})

export const httpProperties = {
  uri: p.string().dynamic().required().group('main').title('Where to send the request.'),
  method: p.string().dynamic().default('GET').group('main').title('GET, POST, PUT, DELETE, PATCH, …'),
  params: p.any().dynamic().title('Query parameters, added to those of the URI; a list repeats its name.'),
  body: p.any().dynamic().group('main').title('The body; maps and lists are sent as JSON.'),
  formData: p.any().dynamic().title('Fields of a form: texts, storage URIs, or {name, content} for files.'),
  contentType: p.string().dynamic().title('Content type of the body.'),
  headers: p.map(p.string()).dynamic().title('Headers of the request.'),
  options: options.title('How to connect.'),
  sslOptions: p
    .object({ insecureTrustAllCertificates: p.boolean().dynamic() })
    .deprecated('Use `options.ssl` instead.'),
  allowFailed: p.boolean().dynamic().default(false).title('Accept response codes from 400 on.'),
} as const
