import { GetServiceSettingCommand, ListAssociationsCommand, SSMClient } from "@aws-sdk/client-ssm";
import type { RootAccess } from "../../sandbox/organization/root-access.ts";

const SettingId = "/ssm/managed-instance/default-ec2-instance-management-role";

/** What Systems Manager does for the hosts of a region: the role that manages them, and its associations by name. */
export async function readHosts(access: RootAccess) {
  const client = new SSMClient(access);
  const [setting, { Associations = [] }] = await Promise.all([
    client.send(new GetServiceSettingCommand({ SettingId })),
    client.send(new ListAssociationsCommand({})),
  ]);
  client.destroy();
  return {
    managementRole: setting.ServiceSetting?.SettingValue,
    associations: Associations.map(({ AssociationName }) => AssociationName ?? "").sort(),
  };
}
