import { ConfigService } from "@aws-sdk/client-config-service";
import { awsNames, names } from "../../../programs/names.ts";
import { type AdminAccounts, OTHER, type TurnedOffInAdmin } from "./row.ts";

const recorder = { ConfigurationRecorderName: awsNames.recorder };
const channel = { DeliveryChannelName: awsNames.deliveryChannel };

const configOf = (accounts: AdminAccounts, account: keyof AdminAccounts) => new ConfigService(accounts[account](OTHER));

/** AWS Config of the accounts that have no baseline. */
export const RECORDERS: readonly TurnedOffInAdmin[] = [
  {
    type: "aws:cfg/recorderStatus:RecorderStatus",
    drifts: names.recorderStatus(`management-${OTHER}`),
    turnOff: (at) => configOf(at, "management").stopConfigurationRecorder(recorder),
    read: async (at) => {
      const { ConfigurationRecordersStatus = [] } = await configOf(
        at,
        "management",
      ).describeConfigurationRecorderStatus({});
      return ConfigurationRecordersStatus.map(({ recording }) => recording);
    },
  },
  {
    type: "aws:cfg/deliveryChannel:DeliveryChannel",
    drifts: names.deliveryChannel(`security-${OTHER}`),
    turnOff: async (at) => {
      const config = configOf(at, "security");
      await config.stopConfigurationRecorder(recorder);
      await config.deleteDeliveryChannel(channel);
    },
    read: async (at) => (await configOf(at, "security").describeDeliveryChannels({})).DeliveryChannels,
  },
  {
    type: "aws:cfg/recorder:Recorder",
    drifts: names.recorder(`log-archive-${OTHER}`),
    turnOff: async (at) => {
      const config = configOf(at, "logArchive");
      await config.stopConfigurationRecorder(recorder);
      await config.deleteConfigurationRecorder(recorder);
    },
    read: async (at) => {
      const { ConfigurationRecorders = [] } = await configOf(at, "logArchive").describeConfigurationRecorders({});
      return ConfigurationRecorders.map(({ name, roleARN, recordingGroup }) => ({ name, roleARN, recordingGroup }));
    },
  },
];
