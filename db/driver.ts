import postgres from "./driver/postgres/index.js";

/**
 * The Postgres driver of the application, its commands and its tests: the package `postgres` with corrections
 * (db/driver/README.md). Import the driver from this file, never from the package.
 */
export default postgres;
export type Sql = postgres.Sql;
