'use strict'
const { DatabaseSync } = require('node:sqlite')

class Statement {
  #statement
  constructor(statement) {
    this.#statement = statement
    /** Whether it gives rows; kysely asks. */
    this.reader = statement.columns().length > 0
  }
  all(values = []) {
    return this.#statement.all(...values)
  }
  run(values = []) {
    return this.#statement.run(...values)
  }
  iterate(values = []) {
    return this.#statement.iterate(...values)
  }
}

module.exports = class Database {
  #database
  constructor(path, { timeout = 5000 } = {}) {
    this.#database = new DatabaseSync(path, { timeout })
  }
  prepare(sql) {
    return new Statement(this.#database.prepare(sql))
  }
  pragma(text) {
    return this.#database.prepare(`pragma ${text}`).all()
  }
  exec(sql) {
    this.#database.exec(sql)
    return this
  }
  close() {
    this.#database.close()
  }
}
