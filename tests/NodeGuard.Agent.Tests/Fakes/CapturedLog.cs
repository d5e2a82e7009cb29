using System.Text;

namespace NodeGuard.Agent.Tests.Fakes;

/// <summary>A log's output that may be read while it is written.</summary>
internal sealed class CapturedLog : MemoryStream
{
    private readonly Lock _gate = new();

    public string Text
    {
        get
        {
            lock (_gate)
            {
                return Encoding.UTF8.GetString(ToArray());
            }
        }
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        lock (_gate)
        {
            base.Write(buffer);
        }
    }
}
