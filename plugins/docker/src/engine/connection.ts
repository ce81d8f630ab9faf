// What every task of Docker and the runner share: where the engine is, and the logins for registries.
import { p } from '@batuta/plugin-sdk'
import type { LazyProperties, RunContext } from '@batuta/plugin-sdk'
import { DockerEngine } from './docker-engine.ts'
import { readLogins, type RegistryLogins } from './registry-auth.ts'

export const connectionProperties = {
  host: p
    .string()
    .dynamic()
    .group('connection')
    .title('Address of the engine, e.g. unix:///var/run/docker.sock or tcp://host:2375; by default the environment’s.'),
  config: p.any().dynamic().group('advanced').title('Content of a docker config.json with the logins of registries.'),
  credentials: p
    .object({
      registry: p.string().dynamic().title('Host of the registry; without it the login is for any.'),
      username: p.string().dynamic().title('User name.'),
      password: p.string().dynamic().secret().title('Password.'),
      registryToken: p.string().dynamic().secret().title('Bearer token of the registry.'),
      identityToken: p.string().dynamic().secret().title('Token that stands for user and password.'),
      auth: p.string().dynamic().secret().title('User and password as user:password in base 64.'),
    })
    .dynamic()
    .group('connection')
    .title('Login of a registry.'),
} as const

export type ConnectionProps = LazyProperties<typeof connectionProperties>

export interface Connection {
  readonly engine: DockerEngine
  readonly logins: RegistryLogins
}

/** Opens a connection, and closes it whatever happens. */
export async function withEngine<T>(
  ctx: RunContext,
  props: ConnectionProps,
  use: (connection: Connection) => Promise<T>,
): Promise<T> {
  const logins = readLogins(ctx, await props.credentials.render(), await props.config.render())
  const engine = await DockerEngine.open(ctx, await props.host.render())
  try {
    return await use({ engine, logins })
  } finally {
    await engine.close()
  }
}
