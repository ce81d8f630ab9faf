// Entry of `batuta server`: boots, prints the address, and ends as it is told to.
import { startServer, type BootPlaces } from './boot.ts'
import type { ServerOptions } from './config/config.ts'

export async function runServer(options: ServerOptions, places: BootPlaces): Promise<void> {
  const server = await startServer(options, places)
  process.stdout.write(`Batuta is ready at ${server.address}\n`)
  let isStopping = false
  const stop = (): void => {
    if (isStopping) process.exit(1)
    isStopping = true
    server.stop().then(
      () => process.exit(0),
      error => {
        process.stderr.write(
          `Batuta could not stop cleanly: ${error instanceof Error ? error.message : String(error)}\n`,
        )
        process.exit(1)
      },
    )
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
}
