import { p } from '@batuta/plugin-sdk'

const STRATEGIES = ['SMTP', 'SMTPS', 'SMTP_TLS', 'SMTP_OAUTH2'] as const

export const mailProperties = {
  host: p.string().dynamic().group('connection').title('The server that sends.'),
  port: p
    .integer()
    .dynamic()
    .group('connection')
    .title('Its port: 465 for SMTPS, 587 for SMTP_TLS, 25 for SMTP unless said.'),
  username: p.string().dynamic().group('connection').title('The user; without it nobody signs in.'),
  password: p.string().dynamic().secret().group('connection').title('The password of the user.'),
  transportStrategy: p
    .enum(...STRATEGIES)
    .dynamic()
    .default('SMTPS')
    .group('connection')
    .title(
      'Encrypted from the start (SMTPS), encrypted after a hello (SMTP_TLS), or where the server offers it (SMTP).',
    ),
  sessionTimeout: p
    .integer()
    .dynamic()
    .default(10_000)
    .group('connection')
    .title('Milliseconds to wait for the server.'),
  verifyServerIdentity: p
    .boolean()
    .dynamic()
    .default(true)
    .group('connection')
    .title('Whether the name in the certificate must be that of the server.'),
  trustedHosts: p
    .list(p.string())
    .dynamic()
    .group('connection')
    .title('Servers whose certificates are taken without a check.'),
  from: p.string().dynamic().group('main').title('Who sends.'),
  to: p.string().dynamic().group('main').title('Who receives, parted by commas.'),
  cc: p.string().dynamic().title('Who receives a copy, parted by commas.'),
  subject: p.string().dynamic().group('main').title('The subject.'),
  plainTextContent: p.string().dynamic().group('main').title('The text without markup.'),
  htmlTextContent: p.string().dynamic().group('main').title('The text as HTML.'),
  attachments: p.any().dynamic().title('Files to send along: a list of {uri, name, contentType}.'),
  embeddedImages: p.any().dynamic().title('Pictures that the HTML names by `cid:` and their name, in the same way.'),
  accessToken: p
    .string()
    .dynamic()
    .secret()
    .group('connection')
    .title('A token in the place of the password (OAuth 2).'),
} as const
