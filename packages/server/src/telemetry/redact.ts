// Takes out of a line what nobody should read in a log: the passwords and keys of the configuration, and the password of any URL.

export type Redaction = (text: string) => string

const PLACE = '******'
/** Shorter ones would black out half of the log. */
const SECRET_CHARS_MIN = 4
const URL_PASSWORD = /(\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@]*):[^\s/@]+@/gi

export function newRedaction(secrets: readonly string[]): Redaction {
  const known = [...new Set(secrets.flatMap(formsOf))].sort((left, right) => right.length - left.length)
  return text => {
    let clean = text.includes('://') ? text.replace(URL_PASSWORD, `$1:${PLACE}@`) : text
    for (const secret of known) if (clean.includes(secret)) clean = clean.replaceAll(secret, PLACE)
    return clean
  }
}

/** As it stands, and as it stands in JSON and in a URL. */
function formsOf(secret: string): readonly string[] {
  if (secret.length < SECRET_CHARS_MIN) return []
  return [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)]
}
