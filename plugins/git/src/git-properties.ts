import { p } from '@batuta/plugin-sdk'

/** How to reach the repository. */
export const connectionProperties = {
  url: p.string().dynamic().group('main').title('The repository: https://…, ssh://… or user@host:path.'),
  username: p.string().dynamic().group('connection').title('The user, for HTTP.'),
  password: p.string().dynamic().secret().group('connection').title('The password or a token of the user, for HTTP.'),
  privateKey: p.string().dynamic().secret().group('connection').title('The private key, for SSH.'),
  passphrase: p.string().dynamic().secret().group('connection').title('What opens the private key.'),
  trustedCaPemPath: p
    .string()
    .dynamic()
    .group('connection')
    .title('A file of certificates to trust, in PEM: a path of the worker, or the URI of a stored file.'),
  noProxy: p.boolean().dynamic().group('connection').title('Pass over the proxy of the machine.'),
  connectTimeout: p.integer().dynamic().default(10_000).group('connection').title('Milliseconds to connect.'),
  readTimeout: p
    .integer()
    .dynamic()
    .default(60_000)
    .group('connection')
    .title('Milliseconds without a byte, after which a transfer is given up.'),
  gitConfig: p.map().dynamic().group('advanced').title('Settings of git for this task, by their names.'),
  kestraUrl: p
    .string()
    .dynamic()
    .group('advanced')
    .title('Taken and not needed: flows and files are those of this server.'),
} as const

export const submodules = {
  cloneSubmodules: p.boolean().dynamic().title('Fetch submodules, too.'),
} as const

const OWN_SERVER = 'Taken and not needed: the task speaks to its own server.'

export const auth = {
  auth: p
    .object({
      username: p.string().dynamic().title('Not needed.'),
      password: p.string().dynamic().secret().title('Not needed.'),
      auto: p.boolean().dynamic().title('Not needed.'),
    })
    .group('connection')
    .title(OWN_SERVER),
} as const

export const tokenAuth = {
  auth: p
    .object({
      apiToken: p.string().dynamic().secret().title('Not needed.'),
      username: p.string().dynamic().title('Not needed.'),
      password: p.string().dynamic().secret().title('Not needed.'),
      auto: p.boolean().dynamic().title('Not needed.'),
    })
    .required()
    .group('connection')
    .title(`${OWN_SERVER} Write \`auth: { auto: true }\`.`),
} as const

export const branch = {
  branch: p.string().dynamic().default('main').group('main').title('The branch.'),
} as const

export const dryRun = {
  dryRun: p.boolean().dynamic().default(false).title('Only tell what would change.'),
} as const

export const commit = {
  commitMessage: p.string().dynamic().group('main').title('The message of the commit.'),
  authorEmail: p.string().dynamic().title('The address of the author.'),
  authorName: p.string().dynamic().title('The name of the author.'),
} as const
