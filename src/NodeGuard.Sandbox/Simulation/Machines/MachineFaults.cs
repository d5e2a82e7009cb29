using System.Globalization;
using NodeGuard.Sandbox.Simulation.Nodes;

namespace NodeGuard.Sandbox.Simulation.Machines;

/// <summary>
/// What goes wrong with machines: the annotation <see cref="SandboxAnnotations.Faults"/> of a pool, or of one node for that node and for
/// the machine that follows it. Faults are separated by commas.
/// </summary>
/// <param name="Values">Each fault with its value; the empty text where it has none.</param>
internal sealed record MachineFaults(IReadOnlyDictionary<string, string> Values)
{
    public const string NeverComes = "never-comes";
    public const string NeverReady = "never-ready";
    public const string WrongImage = "wrong-image";
    public const string SlowBoot = "slow-boot";
    public const string SameName = "same-name";
    public const string RefuseDelete = "refuse-delete";
    public const string StuckFinalizer = "stuck-finalizer";
    public const string Flapping = "flapping";
    public const string RoutesLost = "routes-lost";
    public const string RebootNeverEnds = "reboot-never-ends";
    public const string PackageBreaks = "package-breaks";
    public const string DpkgInterrupted = "dpkg-interrupted";
    public const string OperationFails = "operation-fails";
    public const string WebhookDown = "webhook-down";
    public const string WebhookError = "webhook-500";
    public const string WebhookSlow = "webhook-slow";
    public const string WebhookSignature = "webhook-wrong-signature";

    public static readonly MachineFaults None = new(new Dictionary<string, string>());

    private static readonly string[] OfSuccessors = [NeverComes, NeverReady, WrongImage, SlowBoot, SameName];

    private static readonly string[] Known =
    [
        .. OfSuccessors, RefuseDelete, StuckFinalizer, Flapping, RoutesLost, RebootNeverEnds, PackageBreaks, DpkgInterrupted, OperationFails, WebhookDown,
        WebhookError, WebhookSlow, WebhookSignature,
    ];

    public static string Allowed => string.Join(", ", Known);

    /// <summary>What is not understood is left out: an annotation is anybody's text.</summary>
    public static MachineFaults Parse(string text)
    {
        if (text.Length == 0)
        {
            return None;
        }

        var values = new Dictionary<string, string>();
        foreach (string part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            int at = part.IndexOf('=', StringComparison.Ordinal);
            string name = at < 0 ? part : part[..at];
            if (Known.Contains(name))
            {
                values[name] = at < 0 ? "" : part[(at + 1)..];
            }
        }

        return new MachineFaults(values);
    }

    /// <returns>The first part of the text that is no fault; null when all are.</returns>
    public static string? Unknown(string text) => text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
        .FirstOrDefault(part => !Known.Contains(part.Split('=')[0]));

    public bool Has(string fault) => Values.ContainsKey(fault);

    public string Value(string fault, string otherwise) => Values.GetValueOrDefault(fault) is { Length: > 0 } value ? value : otherwise;

    public TimeSpan Time(string fault, TimeSpan otherwise) =>
        SandboxAnnotations.Parse(Value(fault, "")) is { } time && time > TimeSpan.Zero ? time : otherwise;

    public double Factor(string fault, double otherwise) => !Has(fault) ? 1
        : double.TryParse(Value(fault, ""), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double factor) ? factor
        : otherwise;

    public MachineFaults With(MachineFaults other)
    {
        if (Values.Count == 0 || other.Values.Count == 0)
        {
            return Values.Count == 0 ? other : this;
        }

        var all = new Dictionary<string, string>(Values);
        foreach ((string fault, string value) in other.Values)
        {
            all[fault] = value;
        }

        return new MachineFaults(all);
    }

    /// <summary>Those that strike the machine that comes next.</summary>
    public MachineFaults ForSuccessor() => Values.Count == 0
        ? None
        : new(Values.Where(fault => OfSuccessors.Contains(fault.Key)).ToDictionary());
}
