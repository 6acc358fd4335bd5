// What a run child is born with. An allow-list: whatever else the service has in its own environment (its AWS
// credentials, the database's URL, tokens) does not exist for a run.
const INHERITED: readonly string[] = [
  "LANG",
  "LC_ALL",
  "TZ",
  "HTTP_PROXY",
  "HTTPS_PROXY",
  "NO_PROXY",
  "http_proxy",
  "https_proxy",
  "no_proxy",
  "AWS_CA_BUNDLE",
  "NODE_EXTRA_CA_CERTS",
  "SSL_CERT_DIR",
  "SSL_CERT_FILE",
];

export interface ChildEnvironment {
  /** Environment of the service, from which the allow-listed names are taken. */
  readonly service: Readonly<Record<string, string | undefined>>;
  readonly node: string;
  readonly pulumiRoot: string;
  readonly passphraseFile: string;
  readonly awsRegion: string;
  readonly awsEndpointUrl?: string;
  /** The child's own folder: its HOME and its temporary folder. */
  readonly folder: string;
}

const directoryOf = (path: string): string => path.slice(0, Math.max(path.lastIndexOf("/"), 1));

/** The whole environment of a run child, and so of the engine and the plugins under it. */
export function childEnvironment(of: ChildEnvironment): Record<string, string> {
  const inherited = Object.fromEntries(
    INHERITED.flatMap((name) => {
      const value = of.service[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
  return {
    ...inherited,
    PATH: [`${of.pulumiRoot}/bin`, directoryOf(of.node), "/usr/local/bin", "/usr/bin", "/bin"].join(":"),
    HOME: of.folder,
    TMPDIR: of.folder,
    // Each run has a PULUMI_HOME of its own; this one is for what the child asks the engine between runs.
    PULUMI_HOME: `${of.folder}/pulumi-home`,
    PULUMI_CONFIG_PASSPHRASE_FILE: of.passphraseFile,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    // They would be the history's checkpoints once more.
    PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS: "true",
    // Spares each CLI a listing of the backend for stacks of a layout that this project never had.
    PULUMI_DIY_BACKEND_NO_LEGACY_WARNING: "true",
    AWS_REGION: of.awsRegion,
    // The run's sessions come in files; a plugin must not look for others on the machine that it runs on.
    AWS_EC2_METADATA_DISABLED: "true",
    ...(of.awsEndpointUrl === undefined ? {} : { AWS_ENDPOINT_URL: of.awsEndpointUrl }),
  };
}
