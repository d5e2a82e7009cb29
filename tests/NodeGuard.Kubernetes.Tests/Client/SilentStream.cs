namespace NodeGuard.Kubernetes.Tests.Client;

/// <summary>Gives its bytes in pieces of a chosen size, then ends, breaks, or stays silent until cancelled.</summary>
internal sealed class SilentStream(byte[]? bytes = null, int piece = int.MaxValue, Exception? error = null, bool ends = false) : Stream
{
    private readonly byte[] _bytes = bytes ?? [];
    private int _position;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => _position; set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = Math.Min(Math.Min(piece, buffer.Length), _bytes.Length - _position);
        if (count > 0)
        {
            _bytes.AsMemory(_position, count).CopyTo(buffer);
            _position += count;
            return count;
        }

        if (error is not null)
            throw error;
        if (!ends)
            await Task.Delay(Timeout.Infinite, cancellationToken);
        return 0;
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
