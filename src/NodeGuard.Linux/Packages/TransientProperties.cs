using System.Runtime.InteropServices;
using NodeGuard.Linux.Systemd.Bus;

namespace NodeGuard.Linux.Packages;

/// <summary>The arguments of systemd's StartTransientUnit, property by property.</summary>
internal sealed class TransientProperties
{
    private readonly List<BusArgument> _all;

    /// <param name="unit">With its suffix; one of this name that exists already refuses the start.</param>
    public TransientProperties(string unit) => _all = [BusArgument.String(unit), BusArgument.String("fail"), BusArgument.Open('a', "(sv)")];

    public void Add(string name, string value) => Add(name, "s", BusArgument.String(value));

    public void Add(string name, bool value) => Add(name, "b", BusArgument.Boolean(value));

    public void Add(string name, int value) => Add(name, "i", BusArgument.Int32(value));

    public void Add(string name, ulong value) => Add(name, "t", BusArgument.UInt64(value));

    public void Add(string name, params IReadOnlyList<string> values) =>
        Add(name, "as", [BusArgument.Open('a', "s"), .. values.Select(BusArgument.String), BusArgument.Close]);

    // Its owner keeps it open until systemd has answered, and by then has it, too.
    public void Add(string name, SafeHandle descriptor) => Add(name, "h", BusArgument.Descriptor((int)descriptor.DangerousGetHandle()));

    public void Add(string name, string signature, params IReadOnlyList<BusArgument> value) =>
        _all.AddRange([BusArgument.Open('r', "sv"), BusArgument.String(name), BusArgument.Open('v', signature), .. value, BusArgument.Close, BusArgument.Close]);

    /// <summary>ExecStart, ExecStopPost, …: one program after the other, as long as they succeed.</summary>
    public void AddCommands(string name, params IReadOnlyList<TransientCommand> commands) => Add(
        name, "a(sasb)", [BusArgument.Open('a', "(sasb)"), .. commands.SelectMany(static command => Of(command)), BusArgument.Close]);

    public IReadOnlyList<BusArgument> End() => [.. _all, BusArgument.Close, BusArgument.Open('a', "(sa(sv))"), BusArgument.Close];

    private static IEnumerable<BusArgument> Of(TransientCommand command) =>
    [
        BusArgument.Open('r', "sasb"),
        BusArgument.String(command.Program),
        BusArgument.Open('a', "s"), BusArgument.String(command.Program), .. command.Arguments.Select(static argument => BusArgument.String(Escaped(argument))), BusArgument.Close,
        BusArgument.Boolean(false),
        BusArgument.Close,
    ];

    // systemd puts variables in for a single $.
    private static string Escaped(string argument) => argument.Replace("$", "$$", StringComparison.Ordinal);
}

/// <param name="Program">Absolute path on the host.</param>
/// <param name="Arguments">As the program gets them.</param>
internal readonly record struct TransientCommand(string Program, IReadOnlyList<string> Arguments);
