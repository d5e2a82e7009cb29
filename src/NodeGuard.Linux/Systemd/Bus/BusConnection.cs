using System.Runtime.InteropServices;
using NodeGuard.Linux.Netlink;
using NodeGuard.Linux.Threads;

namespace NodeGuard.Linux.Systemd.Bus;

/// <summary>One method call, before it has a reply.</summary>
internal sealed record BusCall(string Destination, string Path, string Interface, string Member, IReadOnlyList<BusArgument> Arguments)
{
    public override string ToString() => $"{Destination} {Path} {Interface}.{Member}";
}

/// <summary>A message that came in.</summary>
internal abstract record BusIncoming
{
    public sealed record Reply(ulong Cookie, BusReply Content) : BusIncoming;

    public sealed record Signal(BusEvent.Signal Content) : BusIncoming;

    /// <summary>Something was done; there may be more.</summary>
    public sealed record Progress : BusIncoming;

    public sealed record Idle : BusIncoming;

    public sealed record Lost(string Problem) : BusIncoming;
}

/// <summary>One connection to a bus. Only the thread that opened it may use it, as sd-bus demands.</summary>
internal sealed class BusConnection : IDisposable
{
    private readonly nint _bus;

    private BusConnection(nint bus) => _bus = bus;

    /// <summary>Null and the problem when there is no library or nobody listens at the address.</summary>
    public static BusConnection? Open(string address, string library, out string problem)
    {
        if (!NativeLibrary.TryLoad(library, out _))
        {
            problem = $"{library} cannot be loaded: install libsystemd0 (systemd-libs) to let NodeGuard speak to systemd";
            return null;
        }

        nint bus = 0;
        int result = SdBus.New(ref bus);
        if (result >= 0)
            result = SdBus.SetAddress(bus, address);
        if (result >= 0)
            result = SdBus.SetBusClient(bus, 1);
        if (result >= 0)
            result = SdBus.Start(bus);
        if (result >= 0)
        {
            problem = "";
            return new BusConnection(bus);
        }

        if (bus != 0)
            SdBus.Unref(bus);
        problem = $"the bus at {address} cannot be reached ({ErrorText(result)}): is the dbus service running and its socket mounted here?";
        return null;
    }

    /// <summary>The cookie of its reply; null and the problem when it could not be sent.</summary>
    public ulong? Send(BusCall call, out string problem)
    {
        nint message = 0;
        int result = SdBus.NewMethodCall(_bus, ref message, call.Destination, call.Path, call.Interface, call.Member);
        ulong cookie = 0;
        try
        {
            // network1 can be started by the bus, and a networkd that starts flushes: asking must never start anybody.
            if (result >= 0)
                result = SdBus.SetAutoStart(message, 0);
            foreach (BusArgument argument in call.Arguments)
            {
                if (result >= 0)
                    result = Append(message, argument);
            }

            if (result >= 0)
                result = SdBus.Send(_bus, message, out cookie);
        }
        finally
        {
            if (message != 0)
                SdBus.UnrefMessage(message);
        }

        problem = result >= 0 ? "" : $"the call {call} could not be sent: {ErrorText(result)}";
        return result >= 0 ? cookie : null;
    }

    public BusIncoming ProcessOne()
    {
        int result = SdBus.Process(_bus, out nint message);
        if (result < 0)
            return new BusIncoming.Lost($"the bus closed the connection ({ErrorText(result)})");
        if (message == 0)
            return result > 0 ? new BusIncoming.Progress() : new BusIncoming.Idle();
        try
        {
            return Read(message);
        }
        finally
        {
            SdBus.UnrefMessage(message);
        }
    }

    public void Wait(EventFd wake, TimeSpan timeout)
    {
        int events = SdBus.GetEvents(_bus);
        if (SdBus.GetTimeout(_bus, out ulong until) >= 0 && until != ulong.MaxValue)
        {
            double left = until - (Clock.MonotonicNanoseconds() / 1000.0);
            timeout = TimeSpan.FromMicroseconds(Math.Clamp(left, 0, timeout.TotalMicroseconds));
        }

        SdBus.Wait(SdBus.GetDescriptor(_bus), (short)Math.Max(events, 0), wake.Descriptor, timeout);
    }

    public void Dispose()
    {
        SdBus.Close(_bus);
        SdBus.Unref(_bus);
    }

    private static int Append(nint message, BusArgument argument) => (argument.Type, argument.Text) switch
    {
        ('(', { } contents) => SdBus.OpenContainer(message, (byte)argument.Number, contents),
        (')', _) => SdBus.CloseContainer(message),
        (_, { } text) => SdBus.AppendText(message, (byte)argument.Type, text),
        _ => SdBus.AppendNumber(message, (byte)argument.Type, argument.Number),
    };

    private static BusIncoming Read(nint message)
    {
        if (SdBus.GetMessageType(message, out byte type) < 0)
            return new BusIncoming.Progress();
        if (type is SdBus.MethodReturn or SdBus.MethodError)
        {
            return SdBus.GetReplyCookie(message, out ulong cookie) < 0
                ? new BusIncoming.Progress()
                : new BusIncoming.Reply(cookie, ReadReply(message, type));
        }

        return type == SdBus.SignalType ? ReadSignal(message) : new BusIncoming.Progress();
    }

    private static BusReply ReadReply(nint message, byte type)
    {
        if (type == SdBus.MethodError)
        {
            (string name, string text) = SdBus.GetError(message);
            return new BusReply.Refused(name, text);
        }

        return BusMessageReader.ReadBody(message) is { } values
            ? new BusReply.Answer(values)
            : new BusReply.Unavailable("the reply holds a D-Bus type that is not read here");
    }

    private static BusIncoming ReadSignal(nint message)
    {
        string member = Text(SdBus.GetMember(message));
        string @interface = Text(SdBus.GetInterface(message));
        if (@interface == "org.freedesktop.DBus.Local" && member == "Disconnected")
            return new BusIncoming.Lost("the bus closed the connection");
        return new BusIncoming.Signal(new BusEvent.Signal(
            Text(SdBus.GetSender(message)), Text(SdBus.GetPath(message)), @interface, member,
            BusMessageReader.ReadBody(message) ?? []));
    }

    private static string Text(nint pointer) => Marshal.PtrToStringUTF8(pointer) ?? "";

    private static string ErrorText(int result) => Marshal.GetPInvokeErrorMessage(-result);
}
