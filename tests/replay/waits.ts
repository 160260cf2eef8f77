/** A process that waits for a word that never comes. */
process.on('message', () => {})
