import { during, unless } from "../../provider/errors.ts";
import type { Place } from "../../provider/place.ts";
import { json, output, string } from "../../provider/property.ts";
import { resource } from "../../provider/resource.ts";
import { monitoringClient } from "./monitoring-client.ts";

/** The query protocol's name of the error and the others'. */
const absent = ["ResourceNotFound", "DashboardNotFoundError"];

async function put(place: Place, DashboardName: string, DashboardBody: string): Promise<void> {
  const monitoring = await place.client(monitoringClient);
  await during(`putting CloudWatch Dashboard (${DashboardName})`, () =>
    monitoring.putDashboard({ DashboardName, DashboardBody }),
  );
}

export const dashboard = resource({
  title: "CloudWatch Dashboard",
  properties: {
    dashboardName: string({ required: true, replaces: true }),
    dashboardBody: json({ required: true }),
    dashboardArn: output(string()),
  },
  label: (inputs) => inputs.dashboardName,
  async create(place, inputs) {
    await put(place, inputs.dashboardName, inputs.dashboardBody);
    return inputs.dashboardName;
  },
  async read(place, id) {
    const monitoring = await place.client(monitoringClient);
    const found = await unless(monitoring.getDashboard({ DashboardName: id }), ...absent);
    return (
      found && {
        dashboardName: found.DashboardName,
        dashboardBody: found.DashboardBody,
        dashboardArn: found.DashboardArn,
      }
    );
  },
  update: (place, id, inputs) => put(place, id, inputs.dashboardBody),
  async delete(place, id) {
    const monitoring = await place.client(monitoringClient);
    await unless(monitoring.deleteDashboards({ DashboardNames: [id] }), ...absent);
  },
});
