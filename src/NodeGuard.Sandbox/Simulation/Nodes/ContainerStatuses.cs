using System.Text.Json.Nodes;

namespace NodeGuard.Sandbox.Simulation.Nodes;

/// <summary>The <c>status.containerStatuses</c> of a pod whose containers all do the same.</summary>
internal static class ContainerStatuses
{
    public static JsonArray Make(JsonObject pod, Func<JsonObject?, JsonObject> state, bool ready, bool ended = false)
    {
        var statuses = new JsonArray();
        foreach (JsonObject container in PodState.Containers(pod))
        {
            string name = container.Text("name");
            JsonObject? before = pod.Items("status", "containerStatuses").FirstOrDefault(item => item.Text("name") == name);
            JsonObject now = state(before);
            var status = new JsonObject
            {
                ["name"] = name,
                ["image"] = container.Text("image"),
                ["imageID"] = "sandbox://" + container.Text("image"),
                ["ready"] = ready,
                ["started"] = now.ContainsKey("running"),
                ["restartCount"] = before.Number("restartCount") ?? 0,
                ["state"] = now,
                ["lastState"] = before.At("lastState")?.DeepClone() ?? new JsonObject(),
            };
            if (!now.ContainsKey("waiting") || ended)
            {
                status["containerID"] = $"sandbox://{pod.Uid()}/{name}";
            }

            statuses.Add((JsonNode)status);
        }

        return statuses;
    }

    public static JsonObject Waiting(string reason, string message = "")
    {
        var waiting = new JsonObject { ["reason"] = reason };
        if (message.Length > 0)
        {
            waiting["message"] = message;
        }

        return new JsonObject { ["waiting"] = waiting };
    }

    public static JsonObject Running(DateTimeOffset now) =>
        new() { ["running"] = new JsonObject { ["startedAt"] = now.ToApiTime() } };

    public static JsonObject Terminated(JsonObject? before, int exitCode, DateTimeOffset now) => new()
    {
        ["terminated"] = new JsonObject
        {
            ["exitCode"] = exitCode,
            ["reason"] = exitCode == 0 ? "Completed" : "Error",
            ["startedAt"] = before.At("state", "running", "startedAt")?.DeepClone() ?? now.ToApiTime(),
            ["finishedAt"] = now.ToApiTime(),
        },
    };
}
