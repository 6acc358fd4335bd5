/** Where the sandbox writes what it has to say. */
export interface Log {
  info(message: string): void;
  error(message: string): void;
}
