namespace NodeGuard.Linux.Systemd.Bus;

/// <summary>What came of a call.</summary>
public abstract record BusReply
{
    private BusReply()
    {
    }

    /// <summary>The reply's values: text, numbers, bool, byte[] for ay, object[] for other containers.</summary>
    public sealed record Answer(IReadOnlyList<object> Values) : BusReply;

    /// <summary>The callee or the bus said no: the D-Bus error name and its text.</summary>
    public sealed record Refused(string ErrorName, string Problem) : BusReply;

    /// <summary>Nobody could be asked, or no answer came in time: nothing is known.</summary>
    public sealed record Unavailable(string Problem) : BusReply;

    /// <summary>Null for an answer.</summary>
    public string? WhyNot => this switch
    {
        Refused refused => $"{refused.ErrorName}: {refused.Problem}",
        Unavailable unavailable => unavailable.Problem,
        _ => null,
    };
}

/// <summary>One value read over the bus, or why it is not known.</summary>
public abstract record BusValue<T>
{
    private BusValue()
    {
    }

    public sealed record Known(T Value) : BusValue<T>;

    public sealed record Unknown(string Problem) : BusValue<T>;
}

/// <summary>
/// One argument of a call, with its D-Bus type. A container is its <see cref="Open"/>, what is in it, and <see cref="Close"/>.
/// </summary>
public readonly record struct BusArgument
{
    private BusArgument(char type, string? text, ulong number)
    {
        Type = type;
        Text = text;
        Number = number;
    }

    public char Type { get; }

    internal string? Text { get; }

    internal ulong Number { get; }

    public static BusArgument String(string value) => new('s', value, 0);

    public static BusArgument ObjectPath(string value) => new('o', value, 0);

    /// <param name="type">a, r, e or v.</param>
    /// <param name="contents">The signature of what is in it, for example "(sv)" of an array.</param>
    public static BusArgument Open(char type, string contents) => new('(', contents, type);

    public static BusArgument Close { get; } = new(')', null, 0);

    /// <summary>Must stay open until the call was answered.</summary>
    public static BusArgument Descriptor(int descriptor) => new('h', null, unchecked((uint)descriptor));

    public static BusArgument UInt32(uint value) => new('u', null, value);

    public static BusArgument Int32(int value) => new('i', null, unchecked((uint)value));

    public static BusArgument UInt64(ulong value) => new('t', null, value);

    // sd-bus takes a D-Bus boolean as a C int.
    public static BusArgument Boolean(bool value) => new('b', null, value ? 1UL : 0UL);
}

/// <summary>What a watcher of the bus is told. All are hints: a read decides.</summary>
public abstract record BusEvent
{
    private BusEvent()
    {
    }

    public sealed record Signal(string Sender, string Path, string Interface, string Member, IReadOnlyList<object> Values) : BusEvent;

    /// <summary>Connected, for the first time or anew: signals may have been lost, read everything again.</summary>
    public sealed record Connected : BusEvent;

    public sealed record Disconnected(string Problem) : BusEvent;

    /// <summary>This watcher was too slow and lost its oldest events: read everything again.</summary>
    public sealed record Missed : BusEvent;
}
