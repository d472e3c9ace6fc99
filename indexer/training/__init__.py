"""What needs PyTorch: exporting backbones and training them (the ``train`` extra). Nothing else imports it."""
