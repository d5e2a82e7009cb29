using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace NodeGuard.Sandbox.Simulation.Machines;

/// <summary>A request to replace or reboot a machine, as docs/reference/webhook.md describes it.</summary>
/// <param name="Key">The header Idempotency-Key.</param>
/// <param name="Action"><c>replace</c> or <c>reboot</c>.</param>
/// <param name="Node">The node's name.</param>
/// <param name="NodeUid">Its UID.</param>
/// <param name="ReplacementFirst">The old machine ends when the new one is ready.</param>
internal sealed record WebhookRequest(string Key, string Action, string Node, string NodeUid, bool ReplacementFirst)
{
    public const string SignatureHeader = "NodeGuard-Signature";
    public const string KeyHeader = "Idempotency-Key";

    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    /// <returns>The request; or null, and what is wrong with it.</returns>
    public static WebhookRequest? Read(string key, string body, out string error)
    {
        JsonNode? json;
        try
        {
            json = JsonNode.Parse(body);
        }
        catch (JsonException broken)
        {
            error = $"the body is not JSON: {broken.Message}";
            return null;
        }

        var request = new WebhookRequest(key, json.Text("action"), json.Text("node", "name"), json.Text("node", "uid"), json.Flag("replacementFirst"));
        error = key.Length == 0 ? $"the header {KeyHeader} is missing"
            : json.Number("version") != 1 ? "version is not 1"
            : request.Action is not ("replace" or "reboot") ? $"action is '{request.Action}'; allowed: replace, reboot"
            : request.Node.Length == 0 || request.NodeUid.Length == 0 ? "node.name or node.uid is missing"
            : json.Text("recycle", "uid").Length == 0 ? "recycle.uid is missing"
            : "";
        return error.Length == 0 ? request : null;
    }

    /// <param name="secret">The key; empty accepts all.</param>
    /// <param name="header">The header NodeGuard-Signature.</param>
    /// <param name="body">As it was sent.</param>
    /// <param name="clocks">A signature's time is near one of these.</param>
    /// <returns>What is wrong; empty when the signature holds.</returns>
    public static string SignatureError(string secret, string header, string body, params IEnumerable<DateTimeOffset> clocks)
    {
        if (secret.Length == 0)
        {
            return "";
        }

        string time = Part(header, "t=");
        if (!long.TryParse(time, NumberStyles.None, CultureInfo.InvariantCulture, out long seconds) || seconds > 253402300799)
        {
            return $"the header {SignatureHeader} is missing or has no time: wanted t=UNIX,v1=HEX";
        }

        var signed = DateTimeOffset.FromUnixTimeSeconds(seconds);
        if (!clocks.Any(clock => (clock - signed).Duration() <= Tolerance))
        {
            return $"the signature's time {signed:O} is more than {Tolerance.TotalMinutes:0} minutes away";
        }

        byte[] wanted = Encoding.ASCII.GetBytes(Sign(secret, time, body));
        return CryptographicOperations.FixedTimeEquals(wanted, Encoding.ASCII.GetBytes(Part(header, "v1="))) ? "" : "the signature does not match";
    }

    public static string Sign(string secret, string time, string body) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes($"{time}.{body}")));

    private static string Part(string header, string name) =>
        header.Split(',', StringSplitOptions.TrimEntries).FirstOrDefault(part => part.StartsWith(name, StringComparison.Ordinal))?[name.Length..] ?? "";
}
