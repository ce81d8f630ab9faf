export interface Mariadb {
  readonly port: number
  /** Of the user `root`. */
  readonly password: string
  stop(): Promise<void>
}

export function startMariadb(options?: { readonly password?: string }): Promise<Mariadb>
