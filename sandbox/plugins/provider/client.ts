import type { ClientSettings } from "./place.ts";

type Commands = Readonly<Record<`${string}Command`, unknown>>;
type MethodOf<Command> = Command extends `${infer Name}Command` ? Uncapitalize<Name> : never;

/** What the SDK's aggregated client `Aggregated` can do that stands for the commands `C`. */
type Calls<Aggregated, C extends Commands> = Pick<Aggregated, MethodOf<keyof C> & keyof Aggregated>;

interface Sender {
  send(command: unknown, options?: unknown): unknown;
}

/**
 * A maker of clients with a method for each of `commands`, as the SDK's aggregated client has for everything that the
 * service knows. What is not named is left out of the plugin's bundle: of a service with hundreds of calls, nearly all.
 */
export function clientMaker<Aggregated>() {
  return <C extends Commands>(
    Client: new (settings: ClientSettings) => object,
    commands: C,
    settingsFor: (settings: ClientSettings) => ClientSettings = (settings) => settings,
  ): ((settings: ClientSettings) => Promise<Calls<Aggregated, C>>) =>
    async (settings) => {
      const client = new Client(settingsFor(settings)) as Sender;
      return Object.assign(client, methods(client, commands)) as unknown as Calls<Aggregated, C>;
    };
}

function methods(client: Sender, commands: Commands) {
  return Object.fromEntries(
    Object.entries(commands).map(([name, Command]) => [
      name[0]?.toLowerCase() + name.slice(1, -"Command".length),
      (input: unknown, options?: unknown) =>
        client.send(new (Command as new (given: unknown) => unknown)(input), options),
    ]),
  );
}
