// Notifications were one plugin, then one for each service: flows use all of the names.
const PREFIX = 'io.kestra.plugin.'

export interface Names {
  readonly type: string
  readonly aliases: readonly string[]
}

/** Listed under its old name, with the newer ones as aliases. */
export function notificationNames(family: string, name: string): Names {
  return {
    type: `${PREFIX}notifications.${family}.${name}`,
    aliases: [`${PREFIX}${family}.${name}`, `${PREFIX}meta.${family}.${name}`],
  }
}

/** Listed under a newer name. */
export function movedNames(type: string, ...olds: readonly string[]): Names {
  return { type: `${PREFIX}${type}`, aliases: olds.map(old => `${PREFIX}${old}`) }
}
