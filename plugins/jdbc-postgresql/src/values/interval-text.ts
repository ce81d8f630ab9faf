const CLOCK = /([+-]?)(\d+):(\d\d):(\d\d)(\.\d+)?$/
const UNITS = [
  { letter: 'Y', pattern: /([+-]?\d+) years?/ },
  { letter: 'M', pattern: /([+-]?\d+) mons?/ },
  { letter: 'D', pattern: /([+-]?\d+) days?/ },
]

/** `1 year 2 mons -3 days +04:05:06.7` (interval style postgres) → `P1Y2M-3DT4H5M6.7S`. */
export function readInterval(text: string): string {
  const dates = UNITS.map(({ letter, pattern }) => {
    const number = Number(pattern.exec(text)?.[1] ?? 0)
    return number === 0 ? '' : `${number}${letter}`
  }).join('')
  const time = clockText(CLOCK.exec(text))
  if (dates === '' && time === '') return text.startsWith('infinity') || text.startsWith('-infinity') ? text : 'PT0S'
  return `P${dates}${time === '' ? '' : `T${time}`}`
}

function clockText(match: RegExpExecArray | null): string {
  if (match === null) return ''
  const [, sign = '', hours = '0', minutes = '0', seconds = '0', fraction = ''] = match
  const minus = sign === '-' ? '-' : ''
  const exact = fraction.replace(/\.?0+$/, '')
  const parts = [
    Number(hours) === 0 ? '' : `${minus}${Number(hours)}H`,
    Number(minutes) === 0 ? '' : `${minus}${Number(minutes)}M`,
    Number(seconds) === 0 && exact === '' ? '' : `${minus}${Number(seconds)}${exact}S`,
  ]
  return parts.join('')
}
