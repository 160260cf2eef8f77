/** MQTT topic filters (MQTT 3.1.1 §4.7). */

/** `+` stands for one level, `#` for all that follow; neither matches a leading `$` [MQTT-4.7.2-1]. */
export function topicMatches(filter: string, topic: string): boolean {
  if (topic.startsWith('$') && !filter.startsWith('$')) return false
  const wanted = filter.split('/')
  const levels = topic.split('/')
  for (const [i, want] of wanted.entries()) {
    if (want === '#') return true
    if (i >= levels.length) return false
    if (want !== '+' && want !== levels[i]) return false
  }
  return wanted.length === levels.length
}
